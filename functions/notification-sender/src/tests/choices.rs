//! What people chose: channels, silence, quiet hours by their own clock.

use jiff::civil::Time;
use jiff::{Timestamp, ToSpan};
use sandbox::testbed::dynamodb::NOTIFICATIONS;
use serde_json::json;
use shared::domain::notification::Channel;
use shared::domain::notification::preferences::Preferences;
use shared::domain::notification::quiet_hours::QuietHours;
use shared::domain::zone::Zone;

use super::bench::{Bench, EMAILS, PLANS, TELEGRAMS};
use super::wishes::{
    CHAT, OTHER_CHAT, USER, USER_WITHOUT_CHAT, USER_WITHOUT_EMAIL, confirmed, created, notification,
};

fn preferences(channels: &[(&str, &[Channel])], quiet_hours: Option<QuietHours>) -> Preferences {
    let channels = channels.iter().map(|(event, channels)| ((*event).to_owned(), channels.to_vec()));
    Preferences { channels: channels.collect(), quiet_hours, time_zone: "Europe/Kyiv".parse().unwrap() }
}

async fn choose(bench: &Bench, user: &str, preferences: &Preferences) {
    bench.app.preferences.put(&user.parse().unwrap(), preferences).await.unwrap();
    bench.wire.reset();
}

/// Quiet hours that hold now, by Kyiv's clock: so many minutes of them are past, so many to come.
fn quiet_now(past: i64, to_come: i64) -> QuietHours {
    let zone: Zone = "Europe/Kyiv".parse().unwrap();
    let wall = zone.rules().to_datetime(Timestamp::now());
    let minute = |time: Time| time.with().second(0).subsec_nanosecond(0).build().unwrap();
    let from = wall.checked_sub(past.minutes()).unwrap().time();
    let until = wall.checked_add(to_come.minutes()).unwrap().time();
    QuietHours::new(minute(from), minute(until)).unwrap()
}

#[tokio::test]
async fn an_event_goes_by_the_channels_that_were_chosen_for_it() {
    let bench = Bench::start().await;
    choose(&bench, USER, &preferences(&[("payment.confirmed", &[Channel::Telegram])], None)).await;
    bench.put(PLANS, &notification("n-1", Some(USER), &confirmed()));
    bench.run().await;
    assert_eq!((bench.mails().len(), bench.chat(CHAT).await.len()), (0, 1));
    bench.put(PLANS, &notification("n-2", Some(USER), &created()));
    bench.run().await;
    assert_eq!(
        (bench.mails().len(), bench.chat(CHAT).await.len()),
        (1, 2),
        "nothing was chosen for this one"
    );
}

#[tokio::test]
async fn a_muted_event_is_not_told_and_not_kept() {
    let bench = Bench::start().await;
    choose(&bench, USER, &preferences(&[("order.created", &[])], None)).await;
    bench.put(PLANS, &notification("n-1", Some(USER), &created()));
    assert_eq!(bench.deliver(PLANS).await, Vec::<String>::new());
    assert!(bench.waiting(EMAILS).is_empty() && bench.waiting(TELEGRAMS).is_empty());
    assert_eq!(
        (bench.state("n-1.email"), bench.state("n-1.telegram")),
        ("none".to_owned(), "none".to_owned())
    );
    assert!(bench.buried(PLANS).is_empty());
}

#[tokio::test]
async fn a_chosen_channel_that_does_not_lead_to_the_person_gives_way_to_the_other() {
    let bench = Bench::start().await;
    choose(&bench, USER_WITHOUT_CHAT, &preferences(&[("order.created", &[Channel::Telegram])], None)).await;
    choose(&bench, USER_WITHOUT_EMAIL, &preferences(&[("order.created", &[Channel::Email])], None)).await;
    bench.put(PLANS, &notification("n-1", Some(USER_WITHOUT_CHAT), &created()));
    bench.put(PLANS, &notification("n-2", Some(USER_WITHOUT_EMAIL), &created()));
    bench.run().await;
    assert_eq!((bench.mails().len(), bench.chat(OTHER_CHAT).await.len()), (1, 1));
    assert_eq!(
        (bench.state("n-1.email"), bench.state("n-2.telegram")),
        ("SENT".to_owned(), "SENT".to_owned())
    );
}

#[tokio::test]
async fn what_can_wait_waits_for_the_end_of_quiet_hours_for_all_to_see() {
    let bench = Bench::start().await;
    choose(&bench, USER, &preferences(&[], Some(quiet_now(60, 90)))).await;
    let id = bench.put(PLANS, &notification("n-1", Some(USER), &created()));
    assert_eq!(bench.deliver(PLANS).await, [id]);
    let hidden = bench.waiting(PLANS)[0].visibility_timeouts[0];
    // The end is a whole minute on Kyiv's wall; a second more.
    assert!((89 * 60 + 1..=90 * 60 + 1).contains(&hidden), "{hidden}");
    assert!(bench.waiting(EMAILS).is_empty() && bench.waiting(TELEGRAMS).is_empty());
    for id in ["n-1.email", "n-1.telegram"] {
        let record = bench.record(id);
        assert_eq!((record["standing"]["state"].as_str(), &record["attempts"]), (Some("QUEUED"), &json!(0)));
    }
    // Looked at again and again, it costs nothing more and is never given up.
    for _ in 0..15 {
        assert_eq!(bench.deliver(PLANS).await.len(), 1);
    }
    assert_eq!(bench.record("n-1.email")["version"], 1);

    // The quiet hours are over.
    choose(&bench, USER, &preferences(&[], Some(quiet_now(90, -30)))).await;
    bench.run().await;
    assert_eq!((bench.mails().len(), bench.chat(CHAT).await.len()), (1, 1));
    assert_eq!(
        (bench.state("n-1.email"), bench.state("n-1.telegram")),
        ("SENT".to_owned(), "SENT".to_owned())
    );
    assert!(bench.buried(PLANS).is_empty());
}

#[tokio::test]
async fn what_is_not_wanted_any_more_in_the_morning_is_shown_so() {
    let cases: [(&[Channel], &str, &str); 2] =
        [(&[], "SUPPRESSED", "SUPPRESSED"), (&[Channel::Telegram], "SUPPRESSED", "SENT")];
    for (wanted, email, telegram) in cases {
        let bench = Bench::start().await;
        choose(&bench, USER, &preferences(&[], Some(quiet_now(60, 90)))).await;
        bench.put(PLANS, &notification("n-1", Some(USER), &created()));
        assert_eq!(bench.deliver(PLANS).await.len(), 1);
        choose(&bench, USER, &preferences(&[("order.created", wanted)], Some(quiet_now(90, -30)))).await;
        bench.run().await;
        assert_eq!(
            (bench.state("n-1.email").as_str(), bench.state("n-1.telegram").as_str()),
            (email, telegram)
        );
        assert_eq!(bench.mails().len(), 0);
    }
}

#[tokio::test]
async fn what_is_urgent_does_not_wait() {
    let bench = Bench::start().await;
    choose(&bench, USER, &preferences(&[], Some(quiet_now(60, 90)))).await;
    bench.put(PLANS, &notification("n-1", Some(USER), &confirmed()));
    bench.run().await;
    assert_eq!((bench.mails().len(), bench.chat(CHAT).await.len()), (1, 1));
}

#[tokio::test]
async fn a_muted_event_does_not_wait_for_the_end_of_quiet_hours() {
    let bench = Bench::start().await;
    choose(&bench, USER, &preferences(&[("order.created", &[])], Some(quiet_now(60, 90)))).await;
    bench.put(PLANS, &notification("n-1", Some(USER), &created()));
    assert_eq!(bench.deliver(PLANS).await, Vec::<String>::new());
}

#[tokio::test]
async fn stored_quiet_hours_follow_kyivs_clock_when_it_changes() {
    let bench = Bench::start().await;
    let quiet =
        |from: &str, until: &str| QuietHours::new(from.parse().unwrap(), until.parse().unwrap()).unwrap();
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    for (from, until, now, end) in [
        // Summer time ends on 25 October 2026: 04:00 +03 becomes 03:00 +02, and the night has an hour more.
        ("22:00", "07:00", "2026-10-24T20:00:00Z", Some("2026-10-25T05:00:00Z")),
        ("22:00", "03:30", "2026-10-24T20:00:00Z", Some("2026-10-25T00:30:00Z")),
        ("22:00", "07:00", "2026-10-25T05:00:00Z", None),
        // It begins on 28 March 2027: 03:00 +02 becomes 04:00 +03, and the night has an hour less.
        ("22:00", "07:00", "2027-03-27T21:00:00Z", Some("2027-03-28T04:00:00Z")),
        ("22:00", "03:30", "2027-03-27T21:00:00Z", Some("2027-03-28T01:00:00Z")),
        ("22:00", "07:00", "2027-03-28T04:00:00Z", None),
    ] {
        choose(&bench, USER, &preferences(&[], Some(quiet(from, until)))).await;
        let stored = bench.app.preferences.get(&USER.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(stored.quiet_until(at(now)), end.map(at), "{from}–{until} at {now}");
    }
}

#[tokio::test]
async fn preferences_that_cannot_be_read_hold_the_notification_back() {
    let bench = Bench::start().await;
    choose(&bench, USER, &preferences(&[], None)).await;
    let mut item = bench.aws.dynamodb.item(NOTIFICATIONS, "PREFERENCES#user-5", "PREFERENCES").unwrap();
    item["time_zone"]["S"] = "Mars/Olympus".into();
    bench.aws.dynamodb.put(NOTIFICATIONS, &item);
    bench.put(PLANS, &notification("n-1", Some(USER), &created()));
    assert_eq!(bench.deliver(PLANS).await, Vec::<String>::new());
    let buried = bench.buried(PLANS);
    assert!(buried[0].1.contains("PREFERENCES#user-5"), "{buried:?}");
    assert_eq!((bench.mails().len(), bench.message_count().await), (0, 0));
}
