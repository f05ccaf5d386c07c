-- Begins the state of an organisation that this deployment has never seen, or starts a new epoch after a rebuild.
--
-- `b` says when what an earlier epoch knew was lost, 0 when nothing was.
-- KEYS[1] {organisation}:m; ARGV: epoch, "1" to replace what stands there. Returns the epoch that holds.

local held = call('HGET', KEYS[1], 'e')
if held and ARGV[2] ~= '1' then return held end
call('DEL', KEYS[1])
local now = text(clock(nil))
call('HSET', KEYS[1], 'e', ARGV[1], 's', '0', 't', now, 'r', run_id(), 'b', ARGV[2] == '1' and now or '0')
return ARGV[1]
