-- Reads an answered claim. KEYS[1] {organisation}:m; ARGV[1] claim id. Returns [decision id, digest, final] or nil.

local raw = call('GET', string.sub(KEYS[1], 1, -2) .. 'q:' .. ARGV[1])
if not raw then return false end
local claim = claim_of(raw)
return { claim[9], claim[1], claim[10] }
