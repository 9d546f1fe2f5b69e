-- Keeps facts and ends others, numbers the change and tells everybody.
-- KEYS: turn, ends, a key for each fact, a key for each that is over.
-- ARGV: channel, a name for what Redis holds if it has none, the message, '1' to keep only what is
-- not there and to end only what ends no later (and to tell only if anything was), how many facts;
-- for each fact name, value and end; for each that is over name and end.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local missing = ARGV[4] == '1'
local count = tonumber(ARGV[5])
local kept = 0
redis.call('HSETNX', KEYS[1], 'era', ARGV[2])
for i = 1, count do
  local name, value, till = ARGV[3 + 3 * i], ARGV[4 + 3 * i], tonumber(ARGV[5 + 3 * i])
  local lasts = till - now
  if lasts > 0 then
    lasts = string.format('%.0f', lasts)
    local done
    if missing then
      done = redis.call('SET', KEYS[2 + i], value, 'PX', lasts, 'NX')
    else
      done = redis.call('SET', KEYS[2 + i], value, 'PX', lasts)
    end
    if done then
      redis.call('ZADD', KEYS[2], ARGV[5 + 3 * i], name)
      kept = kept + 1
    end
  end
end
-- What is over leaves a mark for a minute: an instance that puts back what Redis lost leaves it out.
for i = 1, #KEYS - 2 - count do
  local name, till = ARGV[4 + 3 * count + 2 * i], tonumber(ARGV[5 + 3 * count + 2 * i])
  local there = missing and tonumber(redis.call('ZSCORE', KEYS[2], name) or '')
  if not missing or (there and there <= till) then
    redis.call('SET', KEYS[2 + count + i], '{"gone":true}', 'PX', 60000)
    redis.call('ZREM', KEYS[2], name)
    kept = kept + 1
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now))
local last = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
if last[2] then
  redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', tonumber(last[2])))
end
redis.call('PEXPIRE', KEYS[1], 604800000)
local era = redis.call('HGET', KEYS[1], 'era')
local seq
if missing and kept == 0 then
  seq = redis.call('HGET', KEYS[1], 'seq') or '0'
else
  seq = string.format('%.0f', redis.call('HINCRBY', KEYS[1], 'seq', 1))
  redis.call('PUBLISH', ARGV[1], era .. ' ' .. seq .. ' ' .. ARGV[3])
end
return {string.format('%.0f', now), era, seq}
