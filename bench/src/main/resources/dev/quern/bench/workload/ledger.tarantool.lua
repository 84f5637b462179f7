-- A ledger with the arguments and replies of Quern's example. An account is a record of balance, floor and bookings; its journal is in a space by account and number.
local ffi = require('ffi')
local fiber = require('fiber')
local records = box.space.records
local journal = box.schema.space.create('journal', {if_not_exists = true})
journal:create_index('primary', {parts = {{1, 'string'}, {2, 'unsigned'}}, if_not_exists = true})

local BALANCE, FLOOR, BOOKINGS = 0, 1, 2

local function number(bytes)
  return ffi.cast('const int64_t *', bytes)[0]
end

local function load(name)
  local record = records:get('a' .. name)
  if not record then
    return nil
  end
  local account = ffi.new('int64_t[3]')
  ffi.copy(account, record[2], 24)
  return account
end

local function store(name, account)
  records:replace{'a' .. name, ffi.string(account, 24)}
end

local entry = ffi.new('int64_t[4]')
local length = ffi.new('uint32_t[1]')

local function book(name, account, amount, other, other_number)
  account[BALANCE] = account[BALANCE] + amount
  account[BOOKINGS] = account[BOOKINGS] + 1
  store(name, account)
  entry[0], entry[1], entry[2], entry[3] = amount, account[BALANCE], fiber.time64() / 1000, other_number
  length[0] = #other
  journal:insert{name, account[BOOKINGS], ffi.string(entry, 32) .. ffi.string(length, 4) .. other}
end

ledger = {}

function ledger.open(_, name, floor)
  if load(name) then
    return nil
  end
  store(name, ffi.new('int64_t[3]', 0, number(floor), 0))
  return ''
end

local function transfer(from, to, amount, expected, id)
  if from == to or amount <= 0 then
    error('bad arguments')
  end
  entry[0] = amount
  length[0] = #from
  local receipt_of = ffi.string(entry, 8) .. ffi.string(length, 4) .. from .. to
  if id ~= '' then
    local booked = records:get('t' .. id)
    if booked then
      if booked[2]:sub(17) ~= receipt_of then
        error('the id is that of another transfer')
      end
      return booked[2]:sub(1, 16)
    end
  end
  local source, target = load(from), load(to)
  if not source or not target then
    return nil
  end
  if expected ~= -1 and expected ~= source[BOOKINGS] then
    error('another number of bookings')
  end
  if source[BALANCE] - amount < source[FLOOR] then
    error('not enough')
  end
  book(from, source, -amount, to, target[BOOKINGS] + 1)
  book(to, target, amount, from, source[BOOKINGS])
  entry[0], entry[1] = source[BOOKINGS], source[BALANCE]
  local reply = ffi.string(entry, 16)
  if id ~= '' then
    records:replace{'t' .. id, reply .. receipt_of}
  end
  return reply
end

function ledger.transfer(_, from, to, amount, expected, id)
  return box.atomic(transfer, from, to, number(amount), number(expected), id)
end
