-- A ledger with the arguments and replies of Quern's example. An account is a string of balance, floor and bookings; its journal is a list.
local function load(name)
  local record = redis.call('GET', 'a' .. name)
  if not record then
    return nil
  end
  local balance, floor, bookings = struct.unpack('<i8i8I8', record)
  return {name = name, balance = balance, floor = floor, bookings = bookings}
end

local function store(account)
  redis.call('SET', 'a' .. account.name, struct.pack('<i8i8I8', account.balance, account.floor, account.bookings))
end

local function book(on, amount, other, other_number)
  local now = redis.call('TIME')
  local ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
  on.balance = on.balance + amount
  on.bookings = on.bookings + 1
  store(on)
  redis.call('RPUSH', 'j' .. on.name, struct.pack('<i8i8i8I8I4', amount, on.balance, ms, other_number, #other.name) .. other.name)
end

redis.register_function('ledger_open', function(keys, args)
  if load(args[2]) then
    return nil
  end
  store({name = args[2], balance = 0, floor = struct.unpack('<i8', args[3]), bookings = 0})
  return ''
end)

redis.register_function('ledger_transfer', function(keys, args)
  local from, to = args[2], args[3]
  local amount, expected, id = struct.unpack('<i8', args[4]), struct.unpack('<i8', args[5]), args[6]
  if from == to or amount <= 0 then
    return redis.error_reply('ERR bad arguments')
  end
  local receipt_of = struct.pack('<i8I4', amount, #from) .. from .. to
  if id ~= '' then
    local booked = redis.call('GET', 't' .. id)
    if booked then
      if string.sub(booked, 17) ~= receipt_of then
        return redis.error_reply('ERR the id is that of another transfer')
      end
      return string.sub(booked, 1, 16)
    end
  end
  from, to = load(from), load(to)
  if not from or not to then
    return nil
  end
  if expected ~= -1 and expected ~= from.bookings then
    return redis.error_reply('ERR another number of bookings')
  end
  if from.balance - amount < from.floor then
    return redis.error_reply('ERR not enough')
  end
  book(from, -amount, to, to.bookings + 1)
  book(to, amount, from, from.bookings)
  local reply = struct.pack('<I8i8', from.bookings, from.balance)
  if id ~= '' then
    redis.call('SET', 't' .. id, reply .. receipt_of)
  end
  return reply
end)
