-- Adds what an instance drew on a quota and tells what all drew. The key ends when neither the last
-- minutes nor the day are of interest.
-- KEYS: the ledger. ARGV: end of the day in seconds, requests, tokens.
-- Fields: r, t since the key was made; m the minute, mr, mt of it, pr, pt of the one before; d the
-- end of the day, dr of it.
local time = redis.call('TIME')
local seconds = tonumber(time[1])
local minute = math.floor(seconds / 60)
local day, requests, tokens = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'r', 't', 'm', 'mr', 'mt', 'pr', 'pt', 'd', 'dr')
for i = 1, 9 do
  kept[i] = tonumber(kept[i] or '') or 0
end
local r, t = kept[1] + requests, kept[2] + tokens
local mr, mt, pr, pt = kept[4], kept[5], kept[6], kept[7]
-- A clock that was set back a little goes on with the minute it had.
if minute == kept[3] + 1 then
  pr, pt, mr, mt = mr, mt, 0, 0
elseif minute > kept[3] + 1 or minute < kept[3] - 1 then
  pr, pt, mr, mt = 0, 0, 0, 0
else
  minute = kept[3]
end
mr, mt = math.max(0, mr + requests), math.max(0, mt + tokens)
local known, dr = kept[8], kept[9]
if day > known then
  known, dr = day, 0
end
if day == known then
  dr = math.max(0, dr + requests)
end
local function text(number)
  return string.format('%.0f', number)
end
if requests ~= 0 or tokens ~= 0 then
  redis.call('HSET', KEYS[1], 'r', text(r), 't', text(t), 'm', text(minute), 'mr', text(mr),
    'mt', text(mt), 'pr', text(pr), 'pt', text(pt), 'd', text(known), 'dr', text(dr))
  local lasts = 180
  if dr > 0 then
    lasts = math.min(math.max(lasts, known - seconds + 60), 172800)
  end
  redis.call('EXPIRE', KEYS[1], text(lasts))
end
-- Of the minute before, what is evenly of the last sixty seconds.
local part = math.max(0, 60 - seconds % 60) / 60
local today = day == known and dr or 0
return {text(r), text(t), text(math.ceil(mr + pr * part)), text(math.ceil(mt + pt * part)), text(today)}
