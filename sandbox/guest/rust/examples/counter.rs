//! Adds argument 1 (decimal text) to the number under the key of argument 0; replies the sum as decimal text. As counter.c.
#[path = "../quern.rs"]
mod quern;

use quern::Call;

quern::entry!(run, count);

fn count(call: &Call) -> i32 {
    let (key, delta) = match (call.argument(0), call.argument(1).and_then(|text| quern::parse(&text))) {
        (Some(key), Some(delta)) if (1..=4096).contains(&key.len()) => (key, delta),
        _ => return 1,
    };
    match call.table().incr(&key, delta) {
        Ok(sum) => {
            call.reply(sum.to_string().as_bytes());
            0
        }
        Err(_) => 2,
    }
}
