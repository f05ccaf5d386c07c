-- Shows what agents did lately and appends what they want to do now, as pending. Runs after enrich.lua in one pipeline.
--
-- KEYS[1]  {organisation}:m
-- ARGV[1]  struct: number of keys, ms: session ttl, keep, burst slot, peers window
-- ARGV[…]  suffixes of keys, then items: struct ITEM followed by the body of the entry
-- Returns  [now, values of the keys, lost until of the keys (0: known), appended: "1" or "0" an item]
--
-- Appended is an action whose claim is in flight and that is not there yet: a dry run has no claim, a stored answer no
-- claim in flight. One that was denied and is judged again becomes pending again.

local ITEM = '<HHHHHdddc16c12c12'
local ITEM_SIZE = 74

start()
local count, session_ttl, keep, width, peers_window = unpack_struct('<Hdddd', ARGV[1])
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
local shown = { unpack(values, 1, count) }

-- Only after a rebuild can something have been lost before this epoch.
local function lost_before(ttl) return begun > 0 and now < begun + ttl and begun + ttl or 0 end

-- A session that is not there though its agent used it lately was lost, not new.
local function session_gone(agent_raw, tag)
  local at = agent_raw and find(agent_raw, tag, SIZE + 1, true)
    and match(agent_raw, '\n%x+|%a|(%d+)|[^|]*|%a+|%d+|%x+|' .. tag .. '|')
  if at and now - tonumber(at) < session_ttl then return now + session_ttl end
  return lost_before(session_ttl)
end

local function tell(index, t)
  lost[index] = t.v[LOST]
  if t.void then shown[index] = false end
  return t
end

local function append(t, ttl, line, rows, amount, bytes)
  touch_track(t, ttl)
  local v, added = t.v, t.added + 1
  t.added = added
  t[added] = line
  v[NOW], v[NOW + 2], v[NOW + 3], v[NOW + 4] = v[NOW] + 1, v[NOW + 2] + rows, v[NOW + 3] + amount, v[NOW + 4] + bytes
  v[BURSTS] = v[BURSTS] + 1
end

local function resume(t, ttl, id, rows, amount, bytes)
  local at = find_entry(t, id)
  if at then set_effect(t, at, 'p') end
  touch_track(t, ttl)
  add_volumes(t, now, rows, amount, bytes)
end

local appended, known = {}, {}
for i = 1, #ARGV - 1 - count do
  local item = ARGV[1 + count + i]
  local si, ai, pi, wi, ci, rows, amount, bytes, id, agent, tag = unpack_struct(ITEM, item)
  local sr, ar, pr = values[si], values[ai], pi > 0 and values[pi]
  local session = tracks[keys[si]]
    or tell(si, open_track(keys[si], sr, 0, width, sr and 0 or session_gone(ar, tag)))
  local of_agent = tracks[keys[ai]]
    or tell(ai, open_track(keys[ai], ar, keep, width, ar and 0 or sr and now + keep or lost_before(keep)))
  local of_principal = pi > 0
    and (tracks[keys[pi]]
      or tell(pi, open_track(keys[pi], pr, keep, width, pr and 0 or sr and now + keep or lost_before(keep))))
  local flag = '0'
  if ci > 0 then shown[ci] = false end
  -- The first byte of a claim says `f` while it is in flight.
  if ci > 0 and values[ci] and string.byte(values[ci]) == 102 and not known[id] then
    known[id] = true
    local at, effect = find_entry(session, id)
    if not at then
      flag = '1'
      local line = '\n' .. id .. '|p|' .. now .. '|' .. sub(item, ITEM_SIZE + 1)
      append(session, session_ttl, line, rows, amount, bytes)
      append(of_agent, 2 * keep, line, rows, amount, bytes)
      if of_principal then
        append(of_principal, 2 * keep, line, rows, amount, bytes)
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
return { now, shown, lost, table.concat(appended) }
