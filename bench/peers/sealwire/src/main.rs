//! Sealwire: every row, and the primitives that S1 is made of.

mod chunks;
mod exchange;
mod primitives;
mod single_shot;

fn main() {
    let mut ops = exchange::ops();
    ops.extend(chunks::ops());
    ops.extend(single_shot::ops());
    ops.extend(primitives::ops());
    bench_peer::serve(ops);
}
