-- Reads a page of the facts: who is there from the first page to the last is in one of them.
-- KEYS: turn, ends. ARGV: what the keys of facts begin with, the cursor, how many, about.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local turn = redis.call('HMGET', KEYS[1], 'era', 'seq')
local page = redis.call('ZSCAN', KEYS[2], ARGV[2], 'COUNT', ARGV[3])
local answer = {string.format('%.0f', now), turn[1] or '', turn[2] or '0', page[1]}
local keys = {}
for i = 1, #page[2], 2 do
  if tonumber(page[2][i + 1]) >= now then
    keys[#keys + 1] = ARGV[1] .. page[2][i]
  end
end
for first = 1, #keys, 500 do
  local values = redis.call('MGET', unpack(keys, first, math.min(first + 499, #keys)))
  for _, value in ipairs(values) do
    if value then
      answer[#answer + 1] = value
    end
  end
end
return answer
