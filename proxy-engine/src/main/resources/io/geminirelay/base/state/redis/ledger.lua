-- Adds what an instance drew on a quota and tells what all drew. The key ends when neither the last
-- minutes nor the day are of interest.
-- KEYS: the ledger. ARGV: end of the day in seconds, requests, tokens, name of the instance, its
-- turn, requests of the day as far as it knows (0 to say nothing), 1 where there is such a quota for
-- certain: only then the day is of interest.
-- Fields: r, t since the key was made; m the minute, mr, mt of it, pr, pt of the one before; d the
-- end of the day, dr of it; c 1 where it is certain; i and its name for each instance: its last turn and when that was.
local time = redis.call('TIME')
local seconds = tonumber(time[1])
local minute = math.floor(seconds / 60)
local day, requests, tokens = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local me, turn, told = 'i' .. ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local all = redis.call('HGETALL', KEYS[1])
local kept, old, others = {}, {}, 0
for i = 1, #all, 2 do
  local name, value = all[i], all[i + 1]
  if string.sub(name, 1, 1) == 'i' then
    local last, at = string.match(value, '^(%S+) (%S+)$')
    last, at = tonumber(last or '') or 0, tonumber(at or '') or 0
    if name == me then
      if turn <= last then
        -- Its answer was lost on the way; it is counted.
        requests, tokens = 0, 0
      end
    elseif seconds - at < 70 then
      others = others + 1
    elseif seconds - at > 600 then
      old[#old + 1] = name
    end
  else
    kept[name] = tonumber(value)
  end
end
local function had(name)
  return kept[name] or 0
end
local r, t = had('r') + requests, had('t') + tokens
local mr, mt, pr, pt = had('mr'), had('mt'), had('pr'), had('pt')
-- A clock that was set back a little goes on with the minute it had.
if minute == had('m') + 1 then
  pr, pt, mr, mt = mr, mt, 0, 0
elseif minute > had('m') + 1 or minute < had('m') - 1 then
  pr, pt, mr, mt = 0, 0, 0, 0
else
  minute = had('m')
end
mr, mt = math.max(0, mr + requests), math.max(0, mt + tokens)
local known, dr = had('d'), had('dr')
-- A day has 25 hours at most: who tells of a later end has a clock that is wrong, as had the one who
-- told of a later end before.
local latest = seconds + 90000
if day <= latest and (day > known or known > latest) then
  known, dr = day, 0
end
local lost = false
if day == known then
  dr = math.max(0, dr + requests)
  lost = told > dr
  dr = math.max(dr, told)
end
local certain = math.max(had('c'), tonumber(ARGV[7]))
local function text(number)
  return string.format('%.0f', number)
end
if requests ~= 0 or tokens ~= 0 or lost then
  redis.call('HSET', KEYS[1], 'r', text(r), 't', text(t), 'm', text(minute), 'mr', text(mr),
    'mt', text(mt), 'pr', text(pr), 'pt', text(pt), 'd', text(known), 'dr', text(dr),
    'c', text(certain), me, text(turn) .. ' ' .. text(seconds))
  if #old > 0 then
    redis.call('HDEL', KEYS[1], unpack(old))
  end
  local lasts = 180
  if dr > 0 and certain == 1 then
    lasts = math.min(math.max(lasts, known - seconds + 60), 172800)
  end
  redis.call('EXPIRE', KEYS[1], text(lasts))
end
-- Of the minute before, what is evenly of the last sixty seconds.
local part = math.max(0, 60 - seconds % 60) / 60
local today = day == known and dr or 0
return {text(r), text(t), text(math.ceil(mr + pr * part)), text(math.ceil(mt + pt * part)), text(today),
  text(others), text(known)}
