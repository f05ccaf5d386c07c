-- Shows what agents did lately and appends what they want to do now, as pending. Runs after enrich.lua in one pipeline.
--
-- KEYS[1]  {organisation}:m
-- ARGV[1]  struct: number of keys, ms: session ttl, keep, burst slot, peers window; 1 when entries of agents, 2 when those of
--          principals are wanted (3 both); else only their totals and taint are shown, as far as those are enough
-- ARGV[…]  suffixes of keys, then items: struct ITEM followed by the body of the entry
-- Returns  [now, values of the keys, entries by key (nil: not looked at), lost until of the keys (0: known), appended: "1"
--          or "0" an item]
--
-- Appended is an action whose claim is in flight and that is not there yet: a dry run has no claim, a stored answer no
-- claim in flight. One that was denied and is judged again becomes pending again.

local ITEM = '<HHHHHHdddc16c12c12BH'
local ITEM_SIZE = 79
local NONE = '\0\0\0\0'
local SIMILARITY = 17 -- bytes at the head of a body, with the line's next |

start()
local count, session_ttl, keep, width, peers_window, wanted = unpack_struct('<HddddB', ARGV[1])
span = session_ttl
local keys, values, lost = {}, {}, {}
for i = 1, count do
  keys[i] = prefix .. ARGV[1 + i]
  lost[i] = 0
end
if epoch then
  values = call('MGET', unpack(keys))
else
  for i = 1, count do values[i] = false end
end
local shown, rings = { unpack(values, 1, count) }, {}
for i = 1, count do rings[i] = false end

-- Entries of all sessions in one go, and of agents and principals where they are wanted or something of theirs was denied.
local asked, places = {}, {}
local function want(index)
  if index > 0 and values[index] and rings[index] == false then
    rings[index] = ''
    asked[#asked + 1] = keys[index] .. 'r'
    places[#places + 1] = index
  end
end
-- Whether the head of a track counts any denials, now or before; a false alarm costs a look.
local function denied(raw)
  return raw and #raw > SIZE and (sub(raw, 43, 46) ~= NONE or sub(raw, 75, 78) ~= NONE)
end
for i = 2 + count, #ARGV do
  local si, ai, pi = unpack_struct('<HHH', ARGV[i])
  want(si)
  if wanted % 2 == 1 or denied(values[ai]) then want(ai) end
  if pi > 0 and (wanted >= 2 or denied(values[pi])) then want(pi) end
end
if #asked > 0 then
  for i, ring in ipairs(call('MGET', unpack(asked))) do rings[places[i]] = ring or '' end
end
local function ring_at(index)
  return rings[index] or nil -- "" when there is none
end

-- Only after a rebuild can something have been lost before this epoch.
local function lost_before(ttl) return begun > 0 and now < begun + ttl and begun + ttl or 0 end

-- An agent's track that is not there though its baseline learned of it lately was lost, not new.
local function agent_gone(baseline)
  if baseline and #baseline >= 10 and sub(baseline, 1, 2) == 'B1' then
    local age = now - unpack_struct('<d', baseline, 3)
    if age >= 0 and age < keep then return now + keep end
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

local function tell(index, t)
  lost[index] = t.v[LOST]
  if t.void then shown[index] = false end
  if t.rotated then rings[index] = t.unpruned end
  return t
end

local function append(t, ttl, id, body, kind, rows, amount, bytes, taint, result)
  if taint > 0 then t.held_taint = bits(t.held_taint, taint) end
  if result ~= '' then t.held_classes = join_classes(t.held_classes, result) end
  touch_track(t, ttl)
  local v, added = t.v, t.added + 1
  t.added = added
  t[added] = '\n' .. id .. '|p|' .. sub(body, 1, SIMILARITY) .. now .. '|' .. t.kind .. '|' .. sub(body, SIMILARITY + 1)
  t.kind = kind
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

local appended, known = {}, {}
for i = 1, #ARGV - 1 - count do
  local item = ARGV[1 + count + i]
  local si, ai, pi, wi, ci, bi, rows, amount, bytes, id, agent, tag, taint, classes = unpack_struct(ITEM, item)
  local sr, ar, pr = values[si], values[ai], pi > 0 and values[pi]
  local gone = sr and now + keep or lost_before(keep)
  local of_agent = tracks[keys[ai]]
    or tell(ai, open_track(keys[ai], ar, keep, width, ar and 0 or max(gone, agent_gone(values[bi])), ring_at(ai)))
  local session = tracks[keys[si]]
    or tell(si, open_track(keys[si], sr, 0, width, sr and 0 or session_gone(of_agent, tag), ring_at(si)))
  lost[ai] = of_agent.v[LOST] -- looking for the session may have shown that the agent's entries are lost
  local of_principal = pi > 0
    and (tracks[keys[pi]] or tell(pi, open_track(keys[pi], pr, keep, width, pr and 0 or gone, ring_at(pi))))
  local flag = '0'
  if ci > 0 then shown[ci] = false end
  -- The first byte of a claim says `f` while it is in flight.
  if ci > 0 and values[ci] and string.byte(values[ci]) == 102 and not known[id] then
    known[id] = true
    local at, effect = find_entry(session, id)
    if at then -- judged once more: what came after it must be told apart
      if not of_agent.void then rings[ai] = ring_of(of_agent) end
      if of_principal and not of_principal.void then rings[pi] = ring_of(of_principal) end
    end
    if not at then
      flag = '1'
      local body, result = sub(item, ITEM_SIZE + 1), classes > 0 and sub(item, -classes) or ''
      local kind = sub(body, SIMILARITY + 1, SIMILARITY + 4)
      append(session, session_ttl, id, body, kind, rows, amount, bytes, taint, result)
      append(of_agent, 2 * keep, id, body, kind, rows, amount, bytes, taint, result)
      if of_principal then
        append(of_principal, 2 * keep, id, body, kind, rows, amount, bytes, taint, result)
        of_principal.peers = with_peer(of_principal.peers, agent, peers_window)
      end
      if wi > 0 then
        local peers = with_peer(values[wi] or '', agent, peers_window)
        if peers ~= values[wi] then
          values[wi] = peers
          call('SET', keys[wi], peers, 'PX', peers_window)
        end
      end
    elseif effect ~= 'p' and effect ~= 'a' then
      resume(session, session_ttl, id, rows, amount, bytes)
      resume(of_agent, 2 * keep, id, rows, amount, bytes)
      if of_principal then resume(of_principal, 2 * keep, id, rows, amount, bytes) end
    end
  end
  appended[i] = flag
end
flush_tracks()
return { now, shown, rings, lost, table.concat(appended) }
