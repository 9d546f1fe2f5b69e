-- Takes from a bucket into which units flow back evenly. What is used flows off; what is leased and
-- still held counts as used and does not. The key ends when nothing is used any more and nobody
-- was heard of lately.
-- KEYS: the limit: used, moment in microseconds, and "holder:held:moment" for each holder.
-- ARGV: capacity, units a minute, wanted, owed, holder, held (less than 0: it goes).
local HEARD = 15000000
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local capacity, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local want, owed = tonumber(ARGV[3]), tonumber(ARGV[4])
local me, held = ARGV[5], tonumber(ARGV[6])
local function text(number)
  return string.format('%.0f', number)
end
local used, others, elsewhere = 0, 0, 0
local kept = {}
local before = redis.call('GET', KEYS[1])
if before then
  local amount, at, rest = string.match(before, '^(%S+) (%S+)(.*)$')
  local inHands = 0
  for holder, units, heard in string.gmatch(rest or '', ' ([^ :]+):(%d+):(%d+)') do
    -- Also where the clock was set back by much.
    if math.abs(now - tonumber(heard)) <= HEARD then
      inHands = inHands + tonumber(units)
      if holder ~= me then
        others = others + 1
        elsewhere = elsewhere + tonumber(units)
        kept[others] = ' ' .. holder .. ':' .. units .. ':' .. heard
      end
    end
  end
  amount, at = tonumber(amount), tonumber(at)
  if amount and at then
    -- A clock behind the last one (a fail-over) must not make units appear or vanish.
    local left = amount - math.max(0, now - at) * rate / 60000000
    used = math.max(0, math.min(amount, inHands), left)
  end
end
used = math.max(0, used + owed)
local granted = math.max(0, math.min(want, math.floor(capacity - used + 0.000001)))
used = used + granted
if held >= 0 then
  kept[#kept + 1] = ' ' .. me .. ':' .. text(held + granted) .. ':' .. text(now)
end
if used > 0 or #kept > 0 then
  local lasts = math.min(math.ceil(used * 60000 / rate) + 1000, 2592000000)
  if #kept > 0 then
    lasts = math.max(lasts, HEARD / 1000)
  end
  local value = string.format('%.6f %.0f', used, now) .. table.concat(kept)
  redis.call('SET', KEYS[1], value, 'PX', text(lasts))
elseif before then
  redis.call('DEL', KEYS[1])
end
local left = capacity - used + 0.000001
local room = math.floor(left)
local thousandths = math.min(999, math.floor((left - room) * 1000))
return {text(granted), text(room), text(thousandths), text(others), text(elsewhere)}
