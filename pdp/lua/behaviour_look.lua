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

local ITEM = '<HHHHHdddc16c12c12BH'
local ITEM_SIZE = 77

start()
local count, session_ttl, keep, width, peers_window, wanted = unpack_struct('<HddddB', ARGV[1])
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

-- Entries of all sessions in one go, and of agents and principals where they are wanted.
local asked, places = {}, {}
local function want(index)
  if index > 0 and values[index] and rings[index] == false then
    rings[index] = ''
    asked[#asked + 1] = keys[index] .. 'r'
    places[#places + 1] = index
  end
end
for i = 2 + count, #ARGV do
  local si, ai, pi = unpack_struct('<HHH', ARGV[i])
  want(si)
  if wanted % 2 == 1 then want(ai) end
  if wanted >= 2 then want(pi) end
end
if #asked > 0 then
  for i, ring in ipairs(call('MGET', unpack(asked))) do rings[places[i]] = ring or '' end
end
local function ring_at(index)
  local ring = rings[index]
  if ring == false then return nil end
  return ring ~= '' and ring -- false: looked, and there is none
end

-- Only after a rebuild can something have been lost before this epoch.
local function lost_before(ttl) return begun > 0 and now < begun + ttl and begun + ttl or 0 end

-- A session that is not there though its agent used it lately was lost, not new.
local function session_gone(agent_key, agent_raw, tag)
  local ring = agent_raw and call('GET', agent_key .. 'r')
  local at = ring and find(ring, tag, 1, true)
    and match(ring, '.*\n%x+|%a|(%d+)|[^|]*|[^|]*|%a+|%d+|%x+|' .. tag .. '|')
  if at and now - tonumber(at) < session_ttl then return now + session_ttl end
  return lost_before(session_ttl)
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
  t[added] = '\n' .. id .. '|p|' .. now .. '|' .. t.kind .. '|' .. body
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
  local si, ai, pi, wi, ci, rows, amount, bytes, id, agent, tag, taint, classes = unpack_struct(ITEM, item)
  local sr, ar, pr = values[si], values[ai], pi > 0 and values[pi]
  local session = tracks[keys[si]]
    or tell(si, open_track(keys[si], sr, 0, width, sr and 0 or session_gone(keys[ai], ar, tag), ring_at(si)))
  local gone = sr and now + keep or lost_before(keep)
  local of_agent = tracks[keys[ai]] or tell(ai, open_track(keys[ai], ar, keep, width, ar and 0 or gone, ring_at(ai)))
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
      local kind = sub(body, 1, 4)
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
