-- Follows a chain: a key, and how many records to read (u32); the first 16 bytes of each value are the next key.
local ffi = require('ffi')
local records = box.space.records

function lookup(key, reads)
  local value
  for _ = 1, ffi.cast('const uint32_t *', reads)[0] do
    local record = records:get(key)
    if not record then
      return nil
    end
    value = record[2]
    key = value:sub(1, 16)
  end
  return value
end
