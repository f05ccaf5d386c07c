-- Begins the state of an organisation that this deployment has never seen, or starts a new epoch after a rebuild.
--
-- KEYS[1] {organisation}:m; ARGV: epoch, "1" to replace what stands there. Returns the epoch that holds.

local held = call('HGET', KEYS[1], 'e')
if held and ARGV[2] ~= '1' then return held end
call('DEL', KEYS[1])
call('HSET', KEYS[1], 'e', ARGV[1], 's', '0', 't', text(clock(nil)), 'r', run_id())
return ARGV[1]
