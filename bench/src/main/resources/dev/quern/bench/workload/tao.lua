-- A social graph of objects and associations with the arguments and replies of Quern's example. An object is a string; the associations of an id and a
-- type are a sorted set of ids by their times, and a hash of their data.
local function number(bytes, at)
  return (struct.unpack('<I4', bytes, at))
end

local function object(id)
  return 'o' .. id
end

-- The 8 bytes of an id and the 4 of a type are the name of a list.
local function list(id, kind)
  return 'l' .. id .. kind, 'd' .. id .. kind
end

local function write_object(id, kind, version, data)
  local now = redis.call('TIME')
  local ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
  redis.call('SET', object(id), struct.pack('<I4I4i8', kind, version, ms) .. data)
end

redis.register_function('tao_obj_add', function(keys, args)
  local id = string.sub(args[1], 1, 8)
  if redis.call('EXISTS', object(id)) == 1 then
    return nil
  end
  write_object(id, number(args[1], 9), 1, args[2])
  return id
end)

redis.register_function{
  function_name = 'tao_obj_get',
  flags = {'no-writes'},
  callback = function(keys, args)
    return redis.call('GET', object(args[1])) or nil
  end
}

redis.register_function('tao_obj_update', function(keys, args)
  local old = redis.call('GET', object(args[1]))
  if not old then
    return nil
  end
  write_object(args[1], number(old, 1), number(old, 5) + 1, args[2])
  return ''
end)

redis.register_function('tao_obj_delete', function(keys, args)
  return redis.call('DEL', object(args[1])) == 1 and '' or nil
end)

local function add(id1, id2, time, kind, data)
  local times, datas = list(id1, kind)
  local is_new = redis.call('ZADD', times, time, id2)
  redis.call('HSET', datas, id2, data)
  return is_new
end

local function split(request, at)
  return string.sub(request, 1, 8), string.sub(request, 9, 16), string.sub(request, at, at + 3), string.sub(request, at + 4, at + 7)
end

redis.register_function('tao_assoc_add', function(keys, args)
  local id1, id2, kind, inverse = split(args[2], 25)
  local time = struct.unpack('<i8', args[2], 17)
  local is_new = add(id1, id2, time, kind, args[3])
  if number(inverse, 1) ~= 0 then
    add(id2, id1, time, inverse, args[3])
  end
  return struct.pack('<I4', is_new)
end)

local function delete(id1, id2, kind)
  local times, datas = list(id1, kind)
  redis.call('HDEL', datas, id2)
  return redis.call('ZREM', times, id2)
end

redis.register_function('tao_assoc_delete', function(keys, args)
  local id1, id2, kind, inverse = split(args[2], 17)
  if delete(id1, id2, kind) == 0 then
    return nil
  end
  if number(inverse, 1) ~= 0 then
    delete(id2, id1, inverse)
  end
  return ''
end)

local function append(reply, id2, time, data)
  reply[#reply + 1] = id2
  reply[#reply + 1] = struct.pack('<i8I4', time, #data)
  reply[#reply + 1] = data
end

redis.register_function{
  function_name = 'tao_assoc_get',
  flags = {'no-writes'},
  callback = function(keys, args)
    local times, datas = list(string.sub(args[2], 1, 8), string.sub(args[2], 9, 12))
    local reply = {}
    for at = 1, #args[3], 8 do
      local id2 = string.sub(args[3], at, at + 7)
      local time = redis.call('ZSCORE', times, id2)
      if time then
        append(reply, id2, tonumber(time), redis.call('HGET', datas, id2))
      end
    end
    return table.concat(reply)
  end
}

redis.register_function{
  function_name = 'tao_assoc_count',
  flags = {'no-writes'},
  callback = function(keys, args)
    local times = list(string.sub(args[2], 1, 8), string.sub(args[2], 9, 12))
    return struct.pack('<I8', redis.call('ZCARD', times))
  end
}

redis.register_function{
  function_name = 'tao_assoc_range',
  flags = {'no-writes'},
  callback = function(keys, args)
    local times, datas = list(string.sub(args[2], 1, 8), string.sub(args[2], 9, 12))
    local offset, limit = struct.unpack('<I4I4', args[2], 13)
    local found = redis.call('ZREVRANGE', times, offset, offset + limit - 1, 'WITHSCORES')
    if #found == 0 then
      return ''
    end
    local ids = {}
    for i = 1, #found, 2 do
      ids[#ids + 1] = found[i]
    end
    local data = redis.call('HMGET', datas, unpack(ids))
    local reply = {}
    for i = 1, #ids do
      append(reply, ids[i], tonumber(found[2 * i]), data[i])
    end
    return table.concat(reply)
  end
}
