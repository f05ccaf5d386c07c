-- Begins the state of an organisation that this deployment has never seen, or starts a new epoch after a rebuild.
--
-- `b` says when what an earlier epoch knew was lost, 0 when nothing was. Fences stay: they name every decision point that ever
-- counted here, whose receipts the next rebuild needs too. Suspensions stay as well.
-- KEYS[1] {organisation}:m; ARGV: epoch, "1" to replace what stands there. Returns the epoch that holds.

local held = call('HGET', KEYS[1], 'e')
if held and ARGV[2] ~= '1' then return held end
local kept, fields = {}, call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 1) == 'g' or string.sub(fields[i], 1, 2) == 'S:' then
    kept[#kept + 1] = { fields[i], fields[i + 1] }
  end
end
call('DEL', KEYS[1])
for _, field in ipairs(kept) do call('HSET', KEYS[1], field[1], field[2]) end
local now = text(clock(nil))
call('HSET', KEYS[1], 'e', ARGV[1], 's', '0', 't', now, 'r', run_id(), 'b', ARGV[2] == '1' and now or '0')
return ARGV[1]
