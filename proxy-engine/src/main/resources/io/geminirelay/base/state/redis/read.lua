-- Reads a page of the facts: who is there from the first page to the last is in one of them.
-- Answers with pairs of a name and what is kept under it, '' where that was lost.
-- KEYS: turn, ends. ARGV: what the keys of facts begin with, the cursor, how many, about.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local turn = redis.call('HMGET', KEYS[1], 'era', 'seq')
local page = redis.call('ZSCAN', KEYS[2], ARGV[2], 'COUNT', ARGV[3])
local answer = {string.format('%.0f', now), turn[1] or '', turn[2] or '0', page[1]}
local names, keys = {}, {}
for i = 1, #page[2], 2 do
  if tonumber(page[2][i + 1]) >= now then
    names[#names + 1] = page[2][i]
    keys[#keys + 1] = ARGV[1] .. page[2][i]
  end
end
for first = 1, #keys, 500 do
  local values = redis.call('MGET', unpack(keys, first, math.min(first + 499, #keys)))
  for i, value in ipairs(values) do
    answer[#answer + 1] = names[first + i - 1]
    answer[#answer + 1] = value or ''
  end
end
return answer
