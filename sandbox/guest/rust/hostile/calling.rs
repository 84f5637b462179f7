//! As `pass` and `random` of hostile/calling.c, by the means of the SDK; for tests.
#[path = "../quern.rs"]
mod quern;

use quern::Call;

quern::entry!(pass, pass);
quern::entry!(random, random);

fn pass(call: &Call) -> i32 {
    let name = String::from_utf8(call.argument(0).unwrap()).unwrap();
    let arguments: Vec<Vec<u8>> = (1..call.argument_count()).map(|i| call.argument(i).unwrap()).collect();
    let borrowed: Vec<&[u8]> = arguments.iter().map(|argument| argument.as_slice()).collect();
    let (status, result, reply) = match call.invoke(&name, &borrowed) {
        Ok(reply) => (0, 0, reply),
        Err(failure) => (failure.status.0, failure.result, failure.reply),
    };
    let length = reply.as_ref().map_or(-1, |bytes| bytes.len() as i32);
    for number in [status, result, length] {
        call.reply(&number.to_le_bytes());
    }
    call.reply(&reply.unwrap_or_default());
    0
}

fn random(call: &Call) -> i32 {
    let mut bytes = [0; 16];
    call.random(&mut bytes);
    call.reply(&bytes);
    0
}
