-- Exchanges the mark of who counts. KEYS[1] {organisation}:m; ARGV: the mark that is expected, the one that takes its place;
-- "" stands for the run id of this server. Returns 1 when it was as expected, else 0 with nothing changed; also for one without
-- an epoch, whose state is lost.

local expected = ARGV[1] == '' and run_id() or ARGV[1]
local meta = call('HMGET', KEYS[1], 'e', 'r')
if not meta[1] or meta[2] ~= expected then return 0 end
call('HSET', KEYS[1], 'r', ARGV[2] == '' and run_id() or ARGV[2])
return 1
