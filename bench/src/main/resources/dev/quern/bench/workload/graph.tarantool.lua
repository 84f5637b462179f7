-- The classes within k hops of a class, with the arguments and replies of Quern's example.
local ffi = require('ffi')
local records = box.space.records
local word = ffi.new('uint32_t[1]')
local reply = ffi.new('uint32_t[3]')

graph = {}

function graph.reach(first, hops)
  local start = ffi.cast('const uint32_t *', first)[0]
  local visited = {[start] = true}
  local level = {start}
  local count, sum, read = 0, 0, 0
  for _ = 1, ffi.cast('const uint32_t *', hops)[0] do
    local next_level = {}
    for _, id in ipairs(level) do
      word[0] = id
      local record = records:get('c' .. ffi.string(word, 4))
      if record then
        read = read + 1
        local value = record[2]
        local words = ffi.cast('const uint32_t *', value)
        for i = 1, words[0] do
          local to = words[i]
          if not visited[to] then
            visited[to] = true
            count = count + 1
            sum = (sum + to) % 4294967296
            next_level[#next_level + 1] = to
          end
        end
      end
    end
    level = next_level
  end
  reply[0], reply[1], reply[2] = count, sum, read
  return ffi.string(reply, 12)
end
