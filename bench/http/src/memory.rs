//! What this process has in memory, as Linux tells it.

use std::fs;

/// Forgets the peak until now, and returns what is resident, in bytes.
///
/// # Panics
/// If the system does not tell.
pub(crate) fn rest() -> u64 {
    fs::write("/proc/self/clear_refs", "5").expect("Linux resets the peak of resident memory");
    status("VmRSS:")
}

/// The most that was resident since then, in bytes.
///
/// # Panics
/// If the system does not tell.
pub(crate) fn peak() -> u64 {
    status("VmHWM:")
}

fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has a file for that");
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    let kibibytes = value.and_then(|value| value.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.expect("the line is a number of kB") * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_kept_after_memory_was_given_back() {
        const SIZE: usize = 64 << 20;
        let before = rest();
        drop(std::hint::black_box(vec![1_u8; SIZE]));
        assert!(peak().saturating_sub(before) > SIZE as u64 * 9 / 10);
        assert!(status("VmRSS:").saturating_sub(before) < SIZE as u64 / 2);
    }
}
