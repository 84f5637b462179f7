//! A program as rustc makes it of a binary crate; for tests. As command.c.
#[path = "../rust/quern.rs"]
mod quern;

use std::sync::atomic::{AtomicI32, Ordering};

static CALLS: AtomicI32 = AtomicI32::new(0);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let table = quern::Call::begin();
    let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
    match arguments.get(1).map(String::as_str) {
        Some("exit") => {
            let _ = table.table().incr(b"exits", 1);
            print!("leaving");
            eprintln!("on purpose");
            std::process::exit(arguments[2].parse().unwrap());
        }
        Some("return") => std::process::exit(arguments[2].parse().unwrap()),
        Some("abort") => std::process::abort(),
        Some("panic") => panic!("on purpose"),
        Some("count") => {
            let sum = table.table().incr(b"calls", 1).unwrap();
            print!("{} {}", calls, sum);
        }
        _ => {
            for argument in &arguments {
                print!("{};", argument);
            }
            eprintln!("{} arguments", arguments.len());
        }
    }
}
