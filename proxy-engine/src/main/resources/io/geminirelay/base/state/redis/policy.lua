-- Asks what Redis does when it is full: 'maxmemory policy', or nothing where that may not be asked.
-- KEYS: turn, so that a Cluster has the node say it that holds the facts.
local told = redis.pcall('INFO', 'memory')
if type(told) ~= 'string' then
  return {}
end
return {string.match(told, 'maxmemory:(%d+)'), string.match(told, 'maxmemory_policy:(%S+)')}
