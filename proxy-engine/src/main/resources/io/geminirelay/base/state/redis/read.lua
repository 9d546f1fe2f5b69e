-- Reads all facts at one moment.
-- KEYS: turn, ends. ARGV: what the keys of facts begin with.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local turn = redis.call('HMGET', KEYS[1], 'era', 'seq')
local names = redis.call('ZRANGEBYSCORE', KEYS[2], string.format('%.0f', now), '+inf')
local answer = {string.format('%.0f', now), turn[1] or '', turn[2] or '0'}
for first = 1, #names, 500 do
  local keys = {}
  for i = first, math.min(first + 499, #names) do
    keys[#keys + 1] = ARGV[1] .. names[i]
  end
  for _, value in ipairs(redis.call('MGET', unpack(keys))) do
    if value then
      answer[#answer + 1] = value
    end
  end
end
return answer
