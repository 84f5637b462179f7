//! What a module made with Rust's standard library can see of the host; for tests.
#[path = "../rust/quern.rs"]
mod quern;

use quern::Call;
use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

quern::entry!(say, say);
quern::entry!(look, look);
quern::entry!(leave, leave);
quern::entry!(panics, panics);

/// Logs two lines by standard output and half a one by standard error.
fn say(_call: &Call) -> i32 {
    println!("hello from {}", "std");
    println!("and {} more", 42);
    eprint!("unfinished {}", 7);
    0
}

/// Replies, as text, what is denied.
fn look(call: &Call) -> i32 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let counts: HashMap<&str, i32> = [("one", 1), ("two", 2)].into_iter().collect();
    call.reply(
        format!(
            "open {}, arguments {}, environment {}, map {}, time {}",
            std::fs::read("/etc/passwd").is_ok(),
            std::env::args().count(),
            std::env::vars().count(),
            counts["one"] + counts["two"],
            seconds == call.now_ms() as u64 / 1000
        )
        .as_bytes(),
    );
    0
}

/// Writes, and then ends the process.
fn leave(call: &Call) -> i32 {
    let _ = call.table().put(b"left", b"yes");
    std::process::exit(3)
}

/// Its message is logged.
fn panics(_call: &Call) -> i32 {
    panic!("on purpose")
}
