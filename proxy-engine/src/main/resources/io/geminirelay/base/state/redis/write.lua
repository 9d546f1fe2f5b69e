-- Keeps facts and ends others, numbers the change and tells everybody.
-- KEYS: turn, ends, a key for each fact, a key for each that is over.
-- ARGV: channel, a name for what Redis holds if it has none, the message, '1' to put back: to keep
-- only what is not there, to end only what is older than that end, and to tell only if anything was
-- done; how many facts; for each fact name, value and end; for each that is over name, its end as
-- far as it is known, and the era and number of the change that ended it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local missing = ARGV[4] == '1'
local count = tonumber(ARGV[5])
local done = 0
redis.call('HSETNX', KEYS[1], 'era', ARGV[2])
local era = redis.call('HGET', KEYS[1], 'era')
local number = string.format('%.0f', tonumber(redis.call('HGET', KEYS[1], 'seq') or '0') + 1)
-- An entry says which change wrote it, or that it was put back and may be older than any.
local mark = missing and '{"back":true,' or '{"at":"' .. era .. ' ' .. number .. '",'

local function ends(name)
  return tonumber(redis.call('ZSCORE', KEYS[2], name) or '0')
end

local function keep(key, name, value, till)
  -- One that says less long than what it replaces is there as long: its place is not empty.
  local stays = till
  if not missing then
    stays = math.max(till, ends(name))
  end
  local lasts = string.format('%.0f', stays - now)
  value = mark .. string.sub(value, 2)
  if not missing then
    redis.call('SET', key, value, 'PX', lasts)
  elseif not redis.call('SET', key, value, 'PX', lasts, 'NX') then
    -- It was only the list that had lost it.
    local left = redis.call('PTTL', key)
    stays = left > 0 and now + left or stays
    redis.call('ZADD', KEYS[2], 'NX', string.format('%.0f', stays), name)
    return
  end
  redis.call('ZADD', KEYS[2], string.format('%.0f', stays), name)
  done = done + 1
end

local function isOlder(key, there, till, itsEra, itsNumber)
  local value = redis.call('GET', key)
  if not value then
    return false
  end
  local wroteEra, wroteNumber = string.match(value, '^{"at":"(%S+) (%d+)",')
  if wroteEra then
    return wroteEra == itsEra and tonumber(wroteNumber) < itsNumber
  end
  return string.sub(value, 1, 13) == '{"back":true,' and there <= till
end

-- What is over leaves a mark until it would have ended: nobody who missed that puts it back.
local function finish(key, name, till, itsEra, itsNumber)
  local there = ends(name)
  if missing and not isOlder(key, there, till, itsEra, itsNumber) then
    return
  end
  local stays = math.max(there, till, now + 60000)
  redis.call('SET', key, '{"gone":true}', 'PX', string.format('%.0f', stays - now))
  redis.call('ZADD', KEYS[2], string.format('%.0f', stays), name)
  done = done + 1
end

for i = 1, count do
  local name, value, till = ARGV[3 + 3 * i], ARGV[4 + 3 * i], tonumber(ARGV[5 + 3 * i])
  if till > now then
    keep(KEYS[2 + i], name, value, till)
  end
end
for i = 1, #KEYS - 2 - count do
  local at = 5 + 3 * count + 4 * (i - 1)
  local key, name, till = KEYS[2 + count + i], ARGV[at + 1], tonumber(ARGV[at + 2])
  finish(key, name, till, ARGV[at + 3], tonumber(ARGV[at + 4]))
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now))
local last = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
if last[2] then
  redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', tonumber(last[2])))
end
redis.call('PEXPIRE', KEYS[1], 604800000)
local seq
if missing and done == 0 then
  seq = redis.call('HGET', KEYS[1], 'seq') or '0'
else
  seq = string.format('%.0f', redis.call('HINCRBY', KEYS[1], 'seq', 1))
  redis.call('PUBLISH', ARGV[1], era .. ' ' .. seq .. ' ' .. ARGV[3])
end
return {string.format('%.0f', now), era, seq}
