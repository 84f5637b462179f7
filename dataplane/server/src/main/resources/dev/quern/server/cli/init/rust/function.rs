//! Counts how often it was called for a key, and replies the count.
mod quern;

use quern::Call;

quern::entry!(run, count);

fn count(call: &Call) -> i32 {
    let key = match call.argument(0) {
        Some(key) if (1..=256).contains(&key.len()) => key,
        _ => return 1,
    };
    match call.table().incr(&key, 1) {
        Ok(sum) => {
            call.reply(sum.to_string().as_bytes());
            0
        }
        Err(_) => 2,
    }
}
