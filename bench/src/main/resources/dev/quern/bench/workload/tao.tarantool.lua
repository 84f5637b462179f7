-- A social graph of objects and associations with the arguments and replies of Quern's example. An object is a record; associations are in a space by their
-- list, which is an id and a type, and by list and time; how many a list has is in another.
local ffi = require('ffi')
local fiber = require('fiber')
local records = box.space.records
local links = box.schema.space.create('links', {if_not_exists = true})
links:create_index('primary', {parts = {{1, 'string'}, {2, 'string'}}, if_not_exists = true})
local by_time = links:create_index('time', {parts = {{1, 'string'}, {3, 'integer'}, {2, 'string'}}, if_not_exists = true})
local counts = box.schema.space.create('counts', {if_not_exists = true})
counts:create_index('primary', {type = 'hash', parts = {{1, 'string'}}, if_not_exists = true})

local words = ffi.new('uint32_t[3]')
local longs = ffi.new('int64_t[1]')

local function word(bytes, at)
  return ffi.cast('const uint32_t *', ffi.cast('const char *', bytes) + at)[0]
end

local function long(number)
  longs[0] = number
  return ffi.string(longs, 8)
end

local function write_object(id, kind, version, data)
  words[0], words[1] = kind, version
  records:replace{'o' .. id, ffi.string(words, 8) .. long(fiber.time64() / 1000) .. data}
end

tao = {}

function tao.obj_add(request, data)
  local id = request:sub(1, 8)
  if records:get('o' .. id) then
    return nil
  end
  write_object(id, word(request, 8), 1, data)
  return id
end

function tao.obj_get(id)
  local record = records:get('o' .. id)
  return record and record[2]
end

function tao.obj_update(id, data)
  local record = records:get('o' .. id)
  if not record then
    return nil
  end
  local old = record[2]
  write_object(id, word(old, 0), word(old, 4) + 1, data)
  return ''
end

function tao.obj_delete(id)
  return records:delete('o' .. id) and ''
end

local function add(list, id2, time, data)
  local is_new = links:get{list, id2} == nil
  links:replace{list, id2, time, data}
  if is_new then
    counts:upsert({list, 1}, {{'+', 2, 1}})
  end
  return is_new
end

local function split(request, at)
  return request:sub(1, 8), request:sub(9, 16), request:sub(at, at + 3), request:sub(at + 4, at + 7)
end

local function assoc_add(request, data)
  local id1, id2, kind, inverse = split(request, 25)
  -- The sum is of a type that records can have: the constant is not.
  local time = 0LL + ffi.cast('const int64_t *', ffi.cast('const char *', request) + 16)[0]
  local is_new = add(id1 .. kind, id2, time, data)
  if word(inverse, 0) ~= 0 then
    add(id2 .. inverse, id1, time, data)
  end
  words[0] = is_new and 1 or 0
  return ffi.string(words, 4)
end

function tao.assoc_add(_, request, data)
  return box.atomic(assoc_add, request, data)
end

local function delete(list, id2)
  if not links:delete{list, id2} then
    return false
  end
  counts:update(list, {{'-', 2, 1}})
  return true
end

local function assoc_delete(request)
  local id1, id2, kind, inverse = split(request, 17)
  if not delete(id1 .. kind, id2) then
    return nil
  end
  if word(inverse, 0) ~= 0 then
    delete(id2 .. inverse, id1)
  end
  return ''
end

function tao.assoc_delete(_, request)
  return box.atomic(assoc_delete, request)
end

local function append(reply, link)
  local data = link[4]
  words[0] = #data
  reply[#reply + 1] = link[2]
  reply[#reply + 1] = long(link[3])
  reply[#reply + 1] = ffi.string(words, 4)
  reply[#reply + 1] = data
end

function tao.assoc_get(_, list, ids)
  local reply = {}
  for at = 1, #ids, 8 do
    local link = links:get{list:sub(1, 12), ids:sub(at, at + 7)}
    if link then
      append(reply, link)
    end
  end
  return table.concat(reply)
end

function tao.assoc_count(_, list)
  local count = counts:get(list:sub(1, 12))
  return long(count and count[2] or 0)
end

function tao.assoc_range(_, request)
  local options = {iterator = 'REQ', offset = word(request, 12), limit = word(request, 16)}
  local reply = {}
  for _, link in ipairs(by_time:select(request:sub(1, 12), options)) do
    append(reply, link)
  end
  return table.concat(reply)
end
