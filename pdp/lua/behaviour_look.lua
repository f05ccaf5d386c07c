-- Shows what agents did lately and appends what they want to do now, as pending. Runs after enrich.lua in one pipeline.
--
-- KEYS[1]  {organisation}:m
-- ARGV[1]  struct: numbers of keys to show, of baselines to show, of claims; ms: session ttl, keep, burst slot, peers window; 1
--          when entries of agents, 2 when those of principals are wanted (3 both)
-- ARGV[2]  what the caller wants to know of its question when the answer comes
-- ARGV[…]  suffixes of these keys, then items: struct ITEM followed by the body of the entry
-- Returns  [now, ARGV[2], values of keys (without the denied) and baselines, [key, its entries, …], [key, lost until, …], appended: "1" or "0" an
--          item]; entries that nobody looked at are left out, and keys that were not lost
--
-- Shown are the entries of all sessions, and of agents and principals where they are wanted, or where one that was denied is
-- nearly the same as what is asked; else their totals and taint are enough.
-- The taint of an item has 8 when its provenance is asked for as well.
-- Appended is an action whose claim is in flight and that is not there yet: a dry run has no claim, a stored answer no
-- claim in flight. One that was denied and is judged again becomes pending again.

local ITEM = '<HHHHHdddc16c12c12c8BH'
local ITEM_SIZE = 85
local SIMILARITY = 17 -- bytes at the head of a body, with the line's next |
local RETIRED = '0000000000000000' -- id of an action whose request_id has been used for another one
local NEAR = 2 -- lanes in which what is nearly the same differs at most

start()
local count, bases, claims, session_ttl, keep, width, peers_window, wanted = unpack_struct('<HHHddddB', ARGV[1])
span = session_ttl
local total = count + bases + claims
local keys, values = {}, nil
for i = 1, total do keys[i] = prefix .. ARGV[2 + i] end
if epoch then
  values = call('MGET', unpack(keys))
else
  values = {}
  for i = 1, total do values[i] = false end
end
local shown, rings, lost = { unpack(values, 1, count + bases) }, {}, {}

-- Entries are fetched in one go.
local asked, places = {}, {}
local function want(index)
  if index > 0 and values[index] and rings[index] == nil then
    rings[index] = ''
    asked[#asked + 1] = keys[index] .. 'r'
    places[#places + 1] = index
  end
end

-- Whether a track has denied something that is nearly the same. Of three groups of lanes one must be equal then.
local function tried(raw, similarity)
  local many = raw and #raw > SIZE and byte(raw, COUNT_AT) or 0
  if many == 0 then return false end
  local list = sub(raw, -TRIED * many)
  for from = 1, 7, 3 do
    local group, at = sub(similarity, from, from + 2), 0
    while true do
      at = find(list, group, at + 1, true)
      if not at then break end
      local first = at - from + 1
      if first > 0 and first % TRIED == 1 then
        local apart = 0
        for lane = 1, TRIED do
          if byte(list, first + lane - 1) ~= byte(similarity, lane) then apart = apart + 1 end
        end
        if apart <= NEAR then return true end
      end
    end
  end
  return false
end

for i = 3 + total, #ARGV do
  local item = ARGV[i]
  local si, ai, pi = unpack_struct('<HHH', item)
  want(si)
  local similarity = sub(item, ITEM_SIZE - 10, ITEM_SIZE - 3)
  if wanted % 2 == 1 or tried(values[ai], similarity) then want(ai) end
  if pi > 0 and (wanted >= 2 or tried(values[pi], similarity)) then want(pi) end
end
if #asked > 0 then
  for i, ring in ipairs(call('MGET', unpack(asked))) do rings[places[i]] = ring or '' end
end

-- Only after a rebuild can something have been lost before this epoch.
local function lost_before(ttl) return begun > 0 and now < begun + ttl and begun + ttl or 0 end

-- Whether a principal or a workspace, as it is stored, lists an agent that acted lately, or an agent a principal.
local function lists(raw, name)
  local at = raw and find(raw, ';' .. name .. ',', 1, true)
  local moment = at and tonumber(sub(raw, at + 14, at + PEER - 1))
  return moment and now - moment < keep
end

-- An agent's track that is not there though its baseline learned of it lately, which its standing tells too, or its principal or
-- workspace lists it, was lost, not new.
local function agent_gone(index, agent, pi, wi)
  if lists(values[pi], agent) or lists(values[wi], agent) then return now + keep end
  for _, kind in ipairs({ 'B', 'K' }) do
    local raw = epoch and call('GET', prefix .. kind .. sub(ARGV[2 + index], 2))
    if raw and #raw >= 10 and sub(raw, 1, 2) == kind .. '1' then
      local age = now - unpack_struct('<d', raw, 3)
      if age >= 0 and age < keep then return now + keep end
    end
  end
  return lost_before(keep)
end

-- A session that is not there though its agent used it lately was lost, not new; and so it may be when the agent's own
-- track was lost while the session may have lived.
local function session_gone(agent, tag)
  local ring = not agent.void and ring_of(agent) or ''
  local at = find(ring, tag, 1, true) and match(ring, '.*\n%x+|%a|%x+|(%d+)|[^|]*|[^|]*|%a+|%d+|' .. tag .. '|')
  if at and now - tonumber(at) < session_ttl then return now + session_ttl end
  local lost_at = agent.v[LOST] - keep
  return agent.v[LOST] > 0 and now < lost_at + session_ttl and now + session_ttl or lost_before(session_ttl)
end

-- What the sessions of an agent were given (provenance.lua) was kept for so long at least since it last asked for it.
local GIVEN_MS = 86400000
local given_lost = {}

-- It was lost when it is not there though the agent asked for it and has read text of outsiders or threats, or reported of what
-- was not permitted; and so it may be when its track was lost as well. Notes for how long.
local function look_for_given(t, raw, name)
  local v, left = t.v, 0
  if t.void and v[LOST] > 0 then
    local is_older = raw and sub(raw, 3, 18) ~= epoch -- then it was lost by a rebuild
    left = (is_older and begun or v[LOST] - t.keep) + GIVEN_MS - now
  elseif bits(bits(v[HELD], v[TAINT]), v[TAINT_BEFORE]) > 0 then
    local asked = match(t.peers, ';' .. ASKED .. ',(%d+)')
    left = asked and now - tonumber(asked) < GIVEN_MS and GIVEN_MS or 0
  end
  if left > 0 and call('EXISTS', prefix .. 'W:' .. name) == 0 then given_lost[name] = min(left, GIVEN_MS) end
end

-- Provenance goes by the clock of the server.
local function tell_of_given()
  if not next(given_lost) then return end
  local t = call('TIME')
  for name, left in pairs(given_lost) do
    local key, lost_until = prefix .. 'W:' .. name, t[1] * 1000 + floor(t[2] / 1000) + left
    call('HSET', key, 'L', string.format('%.0f', lost_until))
    call('PEXPIRE', key, string.format('%.0f', left))
  end
end

local function tell(index, t)
  if t.void then
    shown[index] = false
  elseif t.tried ~= '' then
    shown[index] = sub(shown[index], 1, -1 - #t.tried)
  end
  if t.rotated then rings[index] = t.unpruned end
  if t.v[LOST] > 0 then lost[index] = t.v[LOST] end
  return t
end

local function append(t, ttl, entry, kind, rows, amount, bytes, taint, result)
  touch_track(t, ttl)
  local v, added = t.v, t.added + 1
  if taint > 0 then v[HELD] = bits(v[HELD], taint) end
  if result ~= '' and result ~= t.held_classes then
    local joined = join_classes(t.held_classes, result)
    if joined ~= t.held_classes then t.held_classes, t.line = joined, true end
  end
  t.added = added
  t[added] = entry
  v[KIND] = kind
  v[NOW], v[NOW + 2], v[NOW + 3], v[NOW + 4] = v[NOW] + 1, v[NOW + 2] + rows, v[NOW + 3] + amount, v[NOW + 4] + bytes
  v[BURSTS] = v[BURSTS] + 1
end

local function resume(t, ttl, id, rows, amount, bytes)
  local at = find_entry(t, id)
  if at then set_effect(t, at, 'p') end
  t.stale = true
  touch_track(t, ttl)
  add_volumes(t, now, rows, amount, bytes)
end

-- Whether a claim stands for another use of a request_id than the one that was allowed under it: counters forget that one
-- after ten minutes (see enrich.lua), and its actions and volumes must count anew as well.
local function used_anew(raw)
  local _, claim = cmsgpack.unpack_one(raw, 1)
  return claim[10] ~= 'a'
end

-- What was allowed under `id` stands on its own from here on.
local function retire(t, id)
  local at = find_entry(t, id)
  if not at then return end
  t.ring, t.whole = sub(t.ring, 1, at) .. RETIRED .. sub(t.ring, at + 17), true
end

local exact = min(peers_window, keep, 8 * HOUR_MS) -- of times in lists: to an eighth of it

local function note_peer(t, name)
  local peers = with_peer(t.peers, name, exact)
  if peers ~= t.peers then t.peers, t.line = peers, true end
end

local appended, known, places_of_agents = {}, {}, {}
local moment = string.format('%.0f', now)
for i = 1, #ARGV - 2 - total do
  local item = ARGV[2 + total + i]
  local si, ai, pi, wi, ci, rows, amount, bytes, id, agent, tag, _, taint, classes = unpack_struct(ITEM, item)
  local sr, ar = values[si], values[ai]
  local of_agent = tracks[keys[ai]]
  if not of_agent then
    of_agent = tell(ai, open_track(keys[ai], ar, keep, width,
      ar and 0 or max(sr and now + keep or lost_before(keep), agent_gone(ai, agent, pi, wi)), rings[ai]))
    look_for_given(of_agent, ar, sub(ARGV[2 + ai], 2))
  end
  local session = tracks[keys[si]]
    or tell(si, open_track(keys[si], sr, 0, width, sr and 0 or session_gone(of_agent, tag), rings[si]))
  if of_agent.v[LOST] > 0 then lost[ai] = of_agent.v[LOST] end -- looking for the session may have shown that it is
  local of_principal
  local principal = pi > 0 and sub(ARGV[2 + pi], 2, 13)
  if pi > 0 then
    of_principal = tracks[keys[pi]]
    if not of_principal then
      local pr = values[pi]
      of_principal = tell(pi, open_track(keys[pi], pr, keep, width,
        pr and 0 or (sr or lists(ar, principal)) and now + keep
          or max(lost_before(keep), of_agent.void and of_agent.v[LOST] or 0), rings[pi]))
    end
  end
  local flag = '0'
  -- The first byte of a claim says `f` while it is in flight.
  local claim = ci > 0 and values[count + bases + ci]
  if claim and byte(claim) == 102 and not known[id] then
    known[id] = true
    local at, effect = find_entry(session, id)
    if at and effect == 'a' and used_anew(claim) then
      retire(session, id)
      retire(of_agent, id)
      if of_principal then retire(of_principal, id) end
      at, rings[si] = nil, session.ring
      if rings[ai] then rings[ai] = of_agent.ring end
      if of_principal and rings[pi] then rings[pi] = of_principal.ring end
    end
    if not at then
      flag = '1'
      local body, result = sub(item, ITEM_SIZE + 1), classes > 0 and sub(item, -classes) or ''
      local kind = sub(body, SIMILARITY + 1, SIMILARITY + 4)
      local entry = '\n' .. id .. '|p|' .. sub(body, 1, SIMILARITY) .. moment .. '|' .. session.v[KIND] .. '|'
        .. sub(body, SIMILARITY + 1)
      append(session, session_ttl, entry, kind, rows, amount, bytes, taint, result)
      append(of_agent, 2 * keep, entry, kind, rows, amount, bytes, taint, result)
      if taint >= 8 then note_given(of_agent, sub(ARGV[2 + ai], 2), exact) end
      if of_principal then
        append(of_principal, 2 * keep, entry, kind, rows, amount, bytes, taint, result)
        note_peer(of_principal, agent)
        note_peer(of_agent, principal)
      end
      if wi > 0 then
        local peers = with_peer(values[wi] or '', agent, exact)
        if peers ~= values[wi] then values[wi], places_of_agents[wi] = peers, true end
      end
    else
      -- Judged once more: what came after it must be told apart.
      if not of_agent.void then rings[ai] = ring_of(of_agent) end
      if of_principal and not of_principal.void then rings[pi] = ring_of(of_principal) end
      if effect ~= 'p' and effect ~= 'a' then
        resume(session, session_ttl, id, rows, amount, bytes)
        resume(of_agent, 2 * keep, id, rows, amount, bytes)
        if of_principal then resume(of_principal, 2 * keep, id, rows, amount, bytes) end
      end
    end
  end
  appended[i] = flag
end
flush_tracks()
tell_of_given()
for index in pairs(places_of_agents) do call('SET', keys[index], values[index], 'PX', peers_window) end
local shown_rings, shown_lost = {}, {}
for index, ring in pairs(rings) do
  shown_rings[#shown_rings + 1] = index
  shown_rings[#shown_rings + 1] = ring
end
for index, moment_ in pairs(lost) do
  shown_lost[#shown_lost + 1] = index
  shown_lost[#shown_lost + 1] = moment_
end
return { now, ARGV[2], shown, shown_rings, shown_lost, table.concat(appended) }
