-- What sessions and agents were given, as 5-byte keyed hashes in blobs. Prepended to the other provenance scripts.
--
-- {organisation}:V:<session>  hash:
--   q hashes of the user's request   Q 8-byte digests of the requests taken in   m facts of them: "deeds things named delegates"
--   a trusted records    b, B untrusted records (B: the user pointed at the source)    t, T text of outsiders (T: pointed)
--   y, Y what orders of outsiders hold (Y: of a source that the user pointed at)
--   l links: the hash of an id, that of what a sentence may call its record
--   o what a source that the user pointed at orders its reader    x what stands beside a threat
--     p, P pending: claim (8), tool (4), flags (1: the user points at it, 2: may be untrusted, 4: it was allowed, 8: the user
--     points at it by its own path, id or URL); in P those whose results cannot be untrusted
--   f flags: 1 untrusted read, 2 threat read, 4 a bound was passed, 8 prose of outsiders read,
--     16 it is known whether prose was read    r 8-byte digests of the results taken in
-- {organisation}:W:<agent>    hash: z, x addresses and accounts in text of outsiders, in text with threats; f flags 1, 2, 8;
--   u its reads that nobody reported yet    L until when what it was given before counts as lost, Unix ms
--   n its sessions, so that a lost one is not taken for a new one: tag (4), hour of its last use since 1970 (4)
--
-- Nothing here decides: a value that is not found anywhere is the caller's to judge.

local SIZE = 5
local HOUR = 3600000
-- 8 hours and a day after the last use; an agent is used with its sessions. Renewed when a session is used in another hour
-- than before, and so an hour longer.
local SESSION_TTL, AGENT_TTL = 28800000, DAY
local MAX_SESSION = 61440 -- bytes in all blobs of a session; beyond it what comes counts as not reported
local MAX_USER = 20480
local MAX_PENDING, MAX_DIGESTS, MAX_TAGS = 64 * 13, 32 * 8, 64 * 8
local MAX_AGENT_TEXT, MAX_AGENT_THREAT = 8190, 2045

local prefix = string.sub(KEYS[1], 1, -2)

-- Whether `blob` holds `part` at a multiple of `size`.
local function has(blob, part, size)
  local at = 1
  while true do
    local found = string.find(blob, part, at, true)
    if not found then return false end
    if (found - 1) % size == 0 then return true, found end
    at = found + 1
  end
end

local function put(s, field, value)
  s[field] = value
  s.dirty[field] = true
end

local function load_session(name)
  local key = prefix .. 'V:' .. name
  local values = call('HGETALL', key)
  local s = {
    key = key, dirty = {},
    q = '', Q = '', m = '', a = '', b = '', B = '', t = '', T = '', x = '', p = '', P = '', f = false, r = '', o = '', y = '', Y = '', l = '',
  }
  for i = 1, #values, 2 do s[values[i]] = values[i + 1] end
  s.exists = s.f ~= false
  s.stood = s.exists -- before this call
  s.f = tonumber(s.f or 16)
  return s
end

local function save(s, ttl)
  local args = {}
  for field in pairs(s.dirty) do
    args[#args + 1] = field
    args[#args + 1] = type(s[field]) == 'number' and string.format('%.0f', s[field]) or s[field]
  end
  if args[1] then call('HSET', s.key, unpack(args)) end
  if s.renew then call('PEXPIRE', s.key, ttl + HOUR) end
end

local function load_agent(name)
  local key = prefix .. 'W:' .. name
  local agent = { key = key, dirty = {}, z = '', x = '', f = 0, n = '', u = 0, L = 0 }
  local values = call('HGETALL', key)
  for i = 1, #values, 2 do agent[values[i]] = values[i + 1] end
  agent.stood = values[1] ~= nil
  agent.f = tonumber(agent.f)
  agent.u = math.max(0, tonumber(agent.u))
  agent.L = tonumber(agent.L)
  return agent
end

-- An agent is used with its sessions and outlives them: when one of them stands and it does not, it was lost. Where both are gone,
-- its track tells (behaviour_look.lua).
local function see_loss(s, agent, now)
  if s.stood and not agent.stood and agent.L == 0 then
    put(agent, 'L', now + AGENT_TTL)
    agent.renew = true
  end
end

-- Without the entry of a claim; the entry too.
local function without(pending, claim)
  local _, at = has(pending, claim, 13)
  if not at then return pending, nil end
  return string.sub(pending, 1, at - 1) .. string.sub(pending, at + 13), string.sub(pending, at, at + 12)
end

-- The field that holds what a claim waits for, and where.
local function pending_of(s, claim)
  local _, at = has(s.p, claim, 13)
  if at then return 'p', at end
  _, at = has(s.P, claim, 13)
  return at and 'P', at
end

local function newest(blob, limit, size)
  if #blob <= limit then return blob end
  return string.sub(blob, #blob - math.floor(limit / size / 2) * size + 1)
end
