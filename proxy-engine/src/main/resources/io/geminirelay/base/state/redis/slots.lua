-- Shares slots of limits among instances: tells each how many it may have, so that all together
-- never have more than there are. What an instance holds counts until it tells that it holds less,
-- or is silent for long.
-- KEYS: who is alive (hash: instance, moment in microseconds); who wants more (sorted set: limit,
-- moment); a hash for each limit: instance, "held granted wanted used since".
-- ARGV: name of the instance, moment it has heard of last, whether it leaves ('1'); then for each
-- limit its name, the limit (0: it is limited no longer), used, wanted, allowed.
local DEAD, TURN = 5000000, 1000000
local KEPT_MILLIS = '60000'
-- Beyond any moment, and exact in a double.
local LATER = 4000000000000000
local function text(number)
  return string.format('%.0f', number)
end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local me, heard = ARGV[1], tonumber(ARGV[2])
if ARGV[3] == '1' then
  redis.call('HDEL', KEYS[1], me)
  return {now, {}, {}}
end
local live, instances = {}, 1
local known = redis.call('HGETALL', KEYS[1])
for i = 1, #known, 2 do
  if known[i] ~= me then
    -- Also where the clock was set back by much.
    if math.abs(now - (tonumber(known[i + 1]) or 0)) > DEAD then
      redis.call('HDEL', KEYS[1], known[i])
    else
      live[known[i]] = true
      instances = instances + 1
    end
  end
end
redis.call('HSET', KEYS[1], me, text(now))
redis.call('PEXPIRE', KEYS[1], KEPT_MILLIS)
local calls = redis.call('ZRANGEBYSCORE', KEYS[2], text(heard > now and 0 or heard), '+inf')

-- Where there are fewer slots than instances that want some, they take turns: who has had one for
-- less than a moment, then who waits, the longest first, then who has had one for long.
local function turn(each)
  if each.granted == 0 then
    return each.since
  end
  return now - each.since < TURN and each.since - LATER or each.since + LATER
end

-- What each that wants some can be sure of.
local function share(all, limit)
  local wanting = {}
  for _, each in ipairs(all) do
    each.share = 0
    if each.wanted > 0 then
      wanting[#wanting + 1] = each
    end
  end
  local fair = math.max(1, math.floor(limit / math.max(1, #wanting)))
  if #wanting > limit then
    table.sort(wanting, function(a, b)
      local first, second = turn(a), turn(b)
      return first < second or (first == second and a.name < b.name)
    end)
  end
  for i = 1, math.min(limit, #wanting) do
    wanting[i].share = fair
  end
end

local function ask(key, name, limit, used, wanted, allowed)
  if limit == 0 then
    redis.call('HDEL', key, me)
    return {0, 0, 0, 0}
  end
  local own = {name = me, granted = 0, wanted = 0, since = now}
  local all = {own}
  local held, others_use, come = 0, 0, false
  local entries = redis.call('HGETALL', key)
  for i = 1, #entries, 2 do
    local h, g, w, u, s = string.match(entries[i + 1], '^(%d+) (%d+) (%d+) (%d+) (%d+)')
    if entries[i] ~= me and not live[entries[i]] then
      redis.call('HDEL', key, entries[i])
    elseif h then
      local each = {name = entries[i], granted = tonumber(g), wanted = tonumber(w),
        held = tonumber(h), since = tonumber(s)}
      if entries[i] == me then
        own = each
        all[1] = own
        come = true
      else
        all[#all + 1] = each
        held = held + each.held
        others_use = others_use + tonumber(u)
      end
    end
  end
  local waited = own.granted > 0 or own.wanted > 0
  own.wanted = wanted
  if not waited then
    own.since = now
  end
  share(all, limit)
  local claims, hunger = 0, 0
  for i = 2, #all do
    local each = all[i]
    claims = claims + math.max(0, math.min(each.wanted, each.share) - each.held)
    hunger = hunger + math.max(0, each.wanted - each.held)
  end
  local free = limit - held
  local granted = math.min(wanted, math.max(math.min(own.share, free), free - claims))
  granted = math.max(0, granted)
  -- Of what nobody wants now, a part for those who come next; all of it where nobody else is.
  local rest = free - granted - hunger
  if rest >= 1 then
    local spare = instances == 1 and rest or math.floor(rest / (instances + 1))
    granted = granted + math.max(1, spare)
  end
  if (granted > 0) ~= (own.granted > 0) then
    own.since = now
  end
  local holds = math.max(used, allowed, granted)
  redis.call('HSET', key, me,
    table.concat({text(holds), text(granted), text(wanted), text(used), text(own.since)}, ' '))
  redis.call('PEXPIRE', key, KEPT_MILLIS)
  -- Who has just come and finds nothing to spare would refuse the first that asks.
  if granted < wanted or (granted == 0 and not come) then
    redis.call('ZADD', KEYS[2], text(now), name)
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', text(now - DEAD))
    redis.call('PEXPIRE', KEYS[2], KEPT_MILLIS)
  end
  return {granted, hunger, others_use, math.max(0, free - holds)}
end

local answers = {}
for i = 3, #KEYS do
  local at = 4 + (i - 3) * 5
  answers[#answers + 1] = ask(KEYS[i], ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]),
    tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4]))
end
return {now, calls, answers}
