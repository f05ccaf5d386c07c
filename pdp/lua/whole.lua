-- Says whether what an organisation has counted is whole. KEYS[1] {organisation}:m; ARGV: the epoch that the registry names.
-- Returns 1 or 0, and changes nothing.

local meta = call('HMGET', KEYS[1], 'e', 'r')
if meta[1] and meta[1] == ARGV[1] and meta[2] == run_id() then return 1 end
return 0
