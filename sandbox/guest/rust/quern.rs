//! Quern functions in Rust: what a guest may call, and small helpers. One file, to be taken in with `mod quern;`. Nothing else is
//! needed; `std` may be used.
//!
//! ```sh
//! rustc --target wasm32-unknown-unknown --crate-type cdylib --edition 2021 -O -C panic=abort \
//!     -C link-arg=--import-memory -C link-arg=-zstack-size=32768 -o hello.wasm hello.rs
//! ```
//!
//! An entry is made by [`entry!`] and returns 0 for success. Anything else, a panic, a trap or a deadline drops all that the
//! invocation wrote. Records are read where they lie, and borrowed from the [`Call`]: the compiler sees to it that none outlives it.
//! docs/functions.md tells the rest.
#![allow(dead_code, unused_imports, unused_macros)]

use std::marker::PhantomData;

mod raw {
    #[link(wasm_import_module = "quern")]
    extern "C" {
        pub fn get(table: i32, key: *const u8, key_length: usize) -> i64;
        pub fn put(table: i32, key: *const u8, key_length: usize, value: *const u8, value_length: usize) -> i32;
        pub fn put_ttl(
            table: i32,
            key: *const u8,
            key_length: usize,
            value: *const u8,
            value_length: usize,
            ttl_ms: i64,
        ) -> i32;
        pub fn delete(table: i32, key: *const u8, key_length: usize) -> i32;
        pub fn incr(table: i32, key: *const u8, key_length: usize, delta: i64, result: *mut i64) -> i32;
        pub fn cas(
            table: i32,
            key: *const u8,
            key_length: usize,
            expected: *const u8,
            expected_length: usize,
            value: *const u8,
            value_length: usize,
        ) -> i32;
        pub fn range(
            cursor: i32,
            table: i32,
            low: *const u8,
            low_length: usize,
            high: *const u8,
            high_length: usize,
            flags: u32,
        ) -> i32;
        pub fn range_next(cursor: i32) -> i64;
        pub fn range_key(cursor: i32) -> i64;
        pub fn table(name: *const u8, name_length: usize) -> i32;
        pub fn arg_count() -> i32;
        pub fn arg_len(index: i32) -> i32;
        pub fn arg(index: i32, target: *mut u8, capacity: usize) -> i32;
        pub fn reply(bytes: *const u8, length: usize) -> i32;
        pub fn log(line: *const u8, length: usize);
        pub fn now() -> i64;
        pub fn random(target: *mut u8, length: usize) -> i32;
        pub fn call(name: *const u8, name_length: usize, list: *const u8, list_length: usize, result: *mut i32) -> i32;
        pub fn call_reply(target: *mut u8, capacity: usize) -> i32;
    }
}

/// Why something was not done; all are below 0. What a function cannot decide about, as quotas, ends it instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub i32);

impl Status {
    pub const NOT_FOUND: Status = Status(-1);
    pub const CONFLICT: Status = Status(-3);
    pub const TOO_LARGE: Status = Status(-5);
    pub const NOT_A_NUMBER: Status = Status(-6);
    pub const OVERFLOW: Status = Status(-7);
    pub const BAD_KEY: Status = Status(-9);
    pub const FAILED: Status = Status(-20);
    pub const PAUSED: Status = Status(-29);
}

fn checked(status: i32) -> Result<(), Status> {
    if status == 0 {
        Ok(())
    } else {
        Err(Status(status))
    }
}

/// Bytes where they lie, from their length (upper half) and address (lower half).
fn found<'call>(found: i64) -> Option<&'call [u8]> {
    if found < 0 {
        return None;
    }
    // The store keeps what it gave in place, and unchanged, until the entry returns.
    Some(unsafe { std::slice::from_raw_parts(found as u32 as *const u8, (found >> 32) as usize) })
}

/// An invocation: its arguments, its reply, and the tenant's tables. Entries get theirs from [`entry!`].
pub struct Call {
    _made_by_entry: PhantomData<*const ()>,
}

impl Call {
    /// For the `main` of a command, which is a call of its own; entries are given theirs.
    pub fn begin() -> Call {
        Call { _made_by_entry: PhantomData }
    }

    /// The table that the invocation names.
    pub fn table(&self) -> Table<'_> {
        Table { handle: 0, call: self }
    }

    /// Another of the tenant's tables.
    pub fn table_named(&self, name: &str) -> Option<Table<'_>> {
        let handle = unsafe { raw::table(name.as_ptr(), name.len()) };
        if handle < 0 {
            None
        } else {
            Some(Table { handle, call: self })
        }
    }

    pub fn argument_count(&self) -> usize {
        unsafe { raw::arg_count() as usize }
    }

    /// A copy of an argument; `None` when there is no such argument.
    pub fn argument(&self, index: usize) -> Option<Vec<u8>> {
        let length = unsafe { raw::arg_len(index as i32) };
        if length < 0 {
            return None;
        }
        let mut copy = vec![0; length as usize];
        unsafe { raw::arg(index as i32, copy.as_mut_ptr(), copy.len()) };
        Some(copy)
    }

    /// An argument of exactly four bytes, as a little-endian number.
    pub fn argument_u32(&self, index: usize) -> Option<u32> {
        let bytes: [u8; 4] = self.argument(index)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes))
    }

    /// Appends to the reply; the bytes may lie in a record.
    pub fn reply(&self, bytes: &[u8]) {
        unsafe { raw::reply(bytes.as_ptr(), bytes.len()) };
    }

    /// A line for the tenant's function log.
    pub fn log(&self, line: &str) {
        unsafe { raw::log(line.as_ptr(), line.len()) }
    }

    /// Random bytes, 65536 at most, good enough for secrets.
    pub fn random(&self, target: &mut [u8]) {
        unsafe { raw::random(target.as_mut_ptr(), target.len()) };
    }

    /// Calls another of the tenant's functions, within this call's transaction, time and table: gives its reply, if any. When it fails, all that it
    /// wrote is dropped; when it traps, so does this call. A function that is running, or one of its module, cannot be called.
    pub fn invoke(&self, function: &str, arguments: &[&[u8]]) -> Result<Option<Vec<u8>>, Failure> {
        let mut list = (arguments.len() as u32).to_le_bytes().to_vec();
        for argument in arguments {
            list.extend_from_slice(&(argument.len() as u32).to_le_bytes());
            list.extend_from_slice(argument);
        }
        let mut result = 0;
        let status = unsafe { raw::call(function.as_ptr(), function.len(), list.as_ptr(), list.len(), &mut result) };
        let length = unsafe { raw::call_reply(std::ptr::null_mut(), 0) };
        let reply = if length < 0 {
            None
        } else {
            let mut copy = vec![0; length as usize];
            unsafe { raw::call_reply(copy.as_mut_ptr(), copy.len()) };
            Some(copy)
        };
        if status == 0 {
            Ok(reply)
        } else {
            Err(Failure { status: Status(status), result, reply })
        }
    }

    /// Unix milliseconds; the same throughout an invocation.
    pub fn now_ms(&self) -> i64 {
        unsafe { raw::now() }
    }
}

/// Why a function that was called has written nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `Status::FAILED`, `Status::NOT_FOUND` or `Status::PAUSED`.
    pub status: Status,
    /// What it returned, when it failed.
    pub result: i32,
    pub reply: Option<Vec<u8>>,
}

/// Keys of a range of an ordered table. An empty key bounds nothing.
#[derive(Clone, Copy)]
pub struct Bounds<'key> {
    low: &'key [u8],
    high: &'key [u8],
    flags: u32,
}

impl<'key> Bounds<'key> {
    const BACKWARDS: u32 = 1;
    const LOW_INCLUDED: u32 = 2;
    const HIGH_INCLUDED: u32 = 4;
    const PREFIX: u32 = 8;

    /// From low, included, to high, left out.
    pub fn between(low: &'key [u8], high: &'key [u8]) -> Self {
        Bounds { low, high, flags: Self::LOW_INCLUDED }
    }

    /// Every key that begins so.
    pub fn prefix(prefix: &'key [u8]) -> Self {
        Bounds { low: prefix, high: &[], flags: Self::PREFIX }
    }

    /// The whole table.
    pub fn all() -> Self {
        Bounds { low: &[], high: &[], flags: 0 }
    }

    pub fn without_low(self) -> Self {
        Bounds { flags: self.flags & !Self::LOW_INCLUDED, ..self }
    }

    pub fn with_high(self) -> Self {
        Bounds { flags: self.flags | Self::HIGH_INCLUDED, ..self }
    }

    /// From the greatest key down.
    pub fn backwards(self) -> Self {
        Bounds { flags: self.flags | Self::BACKWARDS, ..self }
    }
}

/// One of the tenant's tables, for the time of a call.
#[derive(Clone, Copy)]
pub struct Table<'call> {
    handle: i32,
    call: &'call Call,
}

impl<'call> Table<'call> {
    /// The value of a key, where it lies.
    pub fn get(&self, key: &[u8]) -> Option<&'call [u8]> {
        found(unsafe { raw::get(self.handle, key.as_ptr(), key.len()) })
    }

    pub fn put(&self, key: &[u8], value: &[u8]) -> Result<(), Status> {
        checked(unsafe { raw::put(self.handle, key.as_ptr(), key.len(), value.as_ptr(), value.len()) })
    }

    /// As `put`, for a record that is gone `ttl_ms` from now; `ttl_ms` is above 0.
    pub fn put_ttl(&self, key: &[u8], value: &[u8], ttl_ms: i64) -> Result<(), Status> {
        checked(unsafe { raw::put_ttl(self.handle, key.as_ptr(), key.len(), value.as_ptr(), value.len(), ttl_ms) })
    }

    pub fn delete(&self, key: &[u8]) -> Result<(), Status> {
        checked(unsafe { raw::delete(self.handle, key.as_ptr(), key.len()) })
    }

    /// Adds to a number kept as decimal text (absent: 0); gives the sum.
    pub fn incr(&self, key: &[u8], delta: i64) -> Result<i64, Status> {
        let mut sum = 0;
        checked(unsafe { raw::incr(self.handle, key.as_ptr(), key.len(), delta, &mut sum) })?;
        Ok(sum)
    }

    /// Writes if the value is as expected, byte for byte; `None` expects no record. `Status::CONFLICT` if not.
    pub fn cas(&self, key: &[u8], expected: Option<&[u8]>, value: &[u8]) -> Result<(), Status> {
        let (address, length) = match expected {
            Some(bytes) => (bytes.as_ptr(), bytes.len()),
            None => (std::ptr::null(), usize::MAX),
        };
        checked(unsafe {
            raw::cas(self.handle, key.as_ptr(), key.len(), address, length, value.as_ptr(), value.len())
        })
    }

    /// Walks over a range of an ordered table by one of 8 cursors (0 to 7); opening a cursor anew ends its walk before.
    pub fn range(&self, cursor: u32, bounds: Bounds) -> Result<Range<'call>, Status> {
        checked(unsafe {
            raw::range(
                cursor as i32,
                self.handle,
                bounds.low.as_ptr(),
                bounds.low.len(),
                bounds.high.as_ptr(),
                bounds.high.len(),
                bounds.flags,
            )
        })?;
        Ok(Range { cursor: cursor as i32, _call: self.call })
    }
}

/// Keys and values in order, each where it lies. Shows what this call wrote, too.
pub struct Range<'call> {
    cursor: i32,
    _call: &'call Call,
}

impl<'call> Iterator for Range<'call> {
    type Item = (&'call [u8], &'call [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let value = found(unsafe { raw::range_next(self.cursor) })?;
        let key = found(unsafe { raw::range_key(self.cursor) })?;
        Some((key, value))
    }
}

/// The number that decimal text says: an optional minus, and up to 19 digits.
pub fn parse(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if digits.len() > 19 || digits.first() == Some(&b'+') {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Exports a function `fn(&Call) -> i32` as an entry: `quern::entry!(run, count);`
macro_rules! entry {
    ($name:ident, $function:path) => {
        const _: () = {
            #[export_name = stringify!($name)]
            extern "C" fn called() -> i32 {
                $function(&$crate::quern::Call::begin())
            }
        };
    };
}
pub(crate) use entry;
