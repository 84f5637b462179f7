//! Walks over a range of an ordered table, as range.c: argument 0 is the table's name, argument 1 what the keys begin with, argument 2
//! (u32) how many records at most, argument 3 (u32) 1 for backwards. Entry `run` replies each key and value, read in place, as
//! "key=value;". Entry `next_id` writes the record behind the greatest: it reads the last key, decimal text, and puts "here" at one more.
#[path = "../quern.rs"]
mod quern;

use quern::{Bounds, Call, Table};

quern::entry!(run, walk);
quern::entry!(next_id, append);

fn open(call: &Call) -> Option<Table<'_>> {
    let name = call.argument(0)?;
    call.table_named(std::str::from_utf8(&name).ok()?)
}

fn walk(call: &Call) -> i32 {
    let (table, most, backwards) = match (open(call), call.argument_u32(2), call.argument_u32(3)) {
        (Some(table), Some(most), Some(backwards)) => (table, most, backwards != 0),
        _ => return 1,
    };
    let prefix = call.argument(1).unwrap_or_default();
    let bounds = Bounds::prefix(&prefix);
    let range = match table.range(0, if backwards { bounds.backwards() } else { bounds }) {
        Ok(range) => range,
        Err(_) => return 2,
    };
    for (key, value) in range.take(most as usize) {
        for part in [key, b"=", value, b";"] {
            call.reply(part);
        }
    }
    0
}

fn append(call: &Call) -> i32 {
    let (table, mut range) = match open(call).and_then(|table| Some((table, table.range(0, Bounds::all().backwards()).ok()?))) {
        Some(opened) => opened,
        None => return 1,
    };
    let last = match range.next() {
        Some((key, _)) => match quern::parse(key) {
            Some(number) => number,
            None => return 2,
        },
        None => 0,
    };
    let next = last.wrapping_add(1).to_string();
    call.reply(next.as_bytes());
    if table.put(next.as_bytes(), b"here").is_ok() {
        0
    } else {
        3
    }
}
