//! How long to wait after each try of a message, and when to give it up.

use std::time::Duration;

use shared::domain::notification::Channel;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Of everything but Telegram: nearly a day in all, and no wait longer than an hour.
pub const DELAYS: [Duration; 25] = {
    let mut delays = [Duration::from_secs(HOUR); 25];
    delays[0] = Duration::from_secs(5);
    delays[1] = Duration::from_secs(30);
    delays[2] = Duration::from_secs(2 * MINUTE);
    delays[3] = Duration::from_secs(10 * MINUTE);
    delays[4] = Duration::from_secs(30 * MINUTE);
    delays
};

/// Of Telegram, a day in all. A message that waits holds up those behind it to the same reader, so no
/// wait is longer than a quarter of an hour.
pub const TELEGRAM_DELAYS: [Duration; 98] = {
    let mut delays = [Duration::from_secs(15 * MINUTE); 98];
    delays[0] = Duration::from_secs(5);
    delays[1] = Duration::from_secs(30);
    delays[2] = Duration::from_secs(2 * MINUTE);
    delays[3] = Duration::from_secs(5 * MINUTE);
    delays
};

/// How long to wait after so many attempts of a delivery; none when it has been tried often enough.
pub fn after(channel: Channel, attempts: u32) -> Option<Duration> {
    let delays: &[Duration] = match channel {
        Channel::Email => &DELAYS,
        Channel::Telegram => &TELEGRAM_DELAYS,
    };
    let place = usize::try_from(attempts).unwrap_or(usize::MAX).saturating_sub(1);
    delays.get(place).copied()
}
