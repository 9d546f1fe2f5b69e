-- Takes from a bucket into which units flow back evenly; what is used flows off, and the key ends
-- when nothing is used any more.
-- KEYS: the limit. ARGV: capacity, units a minute, wanted, owed.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local capacity, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local want, owed = tonumber(ARGV[3]), tonumber(ARGV[4])
local used = 0
local before = redis.call('GET', KEYS[1])
if before then
  local amount, at = string.match(before, '^(%S+) (%S+)$')
  amount, at = tonumber(amount), tonumber(at)
  if amount and at then
    -- A clock behind the last one (a fail-over) must not make units appear or vanish.
    used = math.max(0, amount - math.max(0, now - at) * rate / 60000000)
  end
end
used = math.max(0, used + owed)
local granted = math.max(0, math.min(want, math.floor(capacity - used + 0.000001)))
used = used + granted
if used > 0 then
  local lasts = math.min(math.ceil(used * 60000 / rate) + 1000, 2592000000)
  local value = string.format('%.6f %.0f', used, now)
  redis.call('SET', KEYS[1], value, 'PX', string.format('%.0f', lasts))
elseif before then
  redis.call('DEL', KEYS[1])
end
local left = capacity - used + 0.000001
local room = math.floor(left)
local thousandths = math.min(999, math.floor((left - room) * 1000))
return {string.format('%.0f', granted), string.format('%.0f', room), string.format('%.0f', thousandths)}
