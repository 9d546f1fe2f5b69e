-- Asks for the clock and the number of the last change. It writes too, so that a Redis which takes
-- no writes (a replica, a full one) shows.
-- KEYS: turn. ARGV: a name for what Redis holds, if it has none.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSETNX', KEYS[1], 'era', ARGV[1])
redis.call('HSET', KEYS[1], 'looked', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 604800000)
local turn = redis.call('HMGET', KEYS[1], 'era', 'seq')
return {string.format('%.0f', now), turn[1], turn[2] or '0'}
