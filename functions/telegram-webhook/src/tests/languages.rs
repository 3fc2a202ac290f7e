//! The wizard in every language: nothing is missing, nothing is left in another one, and everything fits.

use std::collections::HashSet;

use http::Response;
use lambda_http::Request;
use sandbox::testbed::chat::bot::Bot;
use sandbox::testbed::chat::seen::Seen;
use sandbox::testbed::chat::user::User;
use sandbox::testbed::dynamodb::CHATS;
use shared::domain::support_task::draft::{MAX_WORKERS, Subscriber, Worker, WorkerId};
use shared::stores::directory::{Directory, DirectoryRow, List};

use crate::tests::bench::{Bench, CHAT};
use crate::tests::steps::{Step, act, dialogue};

const LANGUAGES: [&str; 5] = ["en", "id", "uk", "uz", "ru"];

/// A conversation that is had by the places of the buttons, whatever is written on them.
struct Walk<'a, H> {
    user: &'a User<'a, H>,
    bot: &'a Bot<'a>,
    /// Everything that was shown.
    seen: Vec<Seen>,
}

impl<H: AsyncFn(Request) -> Response<String>> Walk<'_, H> {
    fn look(&mut self) {
        self.bot.looks_away();
        self.seen.push(self.bot.newest().unwrap());
    }

    async fn says(&mut self, text: &str) {
        self.user.says(text).await;
        self.look();
    }

    /// Presses a button of the newest message: the first of this row, counted from the last one if below 0.
    async fn presses(&mut self, row: isize) {
        let newest = self.bot.newest().unwrap();
        let rows = isize::try_from(newest.buttons.len()).unwrap();
        let place = usize::try_from(if row < 0 { rows + row } else { row }).unwrap();
        let data = newest.buttons[place][0].data.clone().unwrap();
        self.user.presses_data(newest.message_id, &data).await;
        self.look();
    }

    /// Every question, edits and what is no answer among them, to the task and to a draft that is left.
    async fn whole(&mut self, description: &str) {
        self.says("/task").await;
        self.says("?").await;
        self.presses(0).await;
        self.says(&"x".repeat(1001)).await;
        self.says(description).await;
        self.says("n").await;
        self.says("nobody at all").await;
        self.says("nadia").await;
        self.presses(0).await;
        self.presses(1).await;
        self.presses(-2).await;
        self.presses(0).await;
        for (row, answer) in [(0, Some(1)), (1, None), (2, None), (3, Some(-2)), (4, Some(1))] {
            self.presses(1).await;
            self.presses(row).await;
            match (row, answer) {
                (_, Some(answer)) => self.presses(answer).await,
                (1, None) => self.says(description).await,
                _ => {
                    self.says("nadia").await;
                    self.presses(0).await;
                }
            }
        }
        self.presses(0).await;
        self.says("/task").await;
        self.says("/cancel").await;
        self.says("/cancel").await;
    }
}

#[tokio::test]
async fn the_whole_wizard_speaks_the_person_s_language() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let mut walks = Vec::new();
    for language in LANGUAGES {
        user.speaks(Some(language));
        let mut walk = Walk { user: &user, bot: &bot, seen: Vec::new() };
        walk.whole("12345").await;
        walks.push(walk.seen);
    }
    for place in 0..walks[0].len() {
        let texts: HashSet<&str> = walks.iter().map(|walk| walk[place].text.as_str()).collect();
        assert_eq!(texts.len(), LANGUAGES.len(), "the same in two languages: {texts:#?}");
        let shapes: HashSet<usize> = walks.iter().map(|walk| walk[place].buttons.len()).collect();
        assert_eq!(shapes.len(), 1, "other buttons in another language: {:#?}", walks[0][place]);
        let last = |walk: &Vec<Seen>| walk[place].labels().last().map(|label| (*label).to_owned());
        let ways_out: HashSet<Option<String>> = walks.iter().map(last).collect();
        assert!(ways_out.len() == LANGUAGES.len() || ways_out.contains(&None), "{ways_out:?}");
    }
    let tasks = bench.tasks();
    let mut locales: Vec<&str> = tasks.iter().filter_map(|task| task["locale"]["S"].as_str()).collect();
    locales.sort_unstable();
    assert_eq!(locales, ["en", "id", "ru", "uk", "uz"], "each is told in the language it was asked in");
    assert_eq!(bot.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn the_fullest_draft_fits_into_one_message_in_every_language() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let directory = Directory::new(bench.table(CHATS));
    let long = "Ж&".repeat(50);
    let nadia = Subscriber::new("n".repeat(64).parse().unwrap(), &format!("nadia {long}"));
    directory.replace(List::Customers, &DirectoryRow::of_customer(&nadia)).await.unwrap();
    let most = u32::try_from(MAX_WORKERS).unwrap();
    let workers = (1..=most).map(|id| DirectoryRow::of_worker(&Worker::new(WorkerId(id), &long)));
    directory.replace(List::Workers, &workers.collect::<Vec<_>>()).await.unwrap();
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for language in LANGUAGES {
        user.speaks(Some(language));
        let mut walk = Walk { user: &user, bot: &bot, seen: Vec::new() };
        walk.says("/task").await;
        walk.presses(0).await;
        walk.says(&"🚑".repeat(1000)).await;
        walk.says("nadia").await;
        walk.presses(0).await;
        let crew = bot.newest().unwrap();
        let data = crew.buttons[0][0].data.clone().unwrap();
        let (front, _) = data.rsplit_once(":w").unwrap();
        for worker in 1..=most {
            user.presses_data(crew.message_id, &format!("{front}:w+{worker}")).await;
        }
        walk.presses(-2).await;
        walk.presses(0).await;
        let summary = bot.newest().unwrap().says(&"🚑".repeat(1000));
        assert_eq!(summary.buttons.len(), 3, "{summary:#?}");
        for seen in &walk.seen {
            assert!(seen.text.encode_utf16().count() <= 4096, "{language}: {seen:#?}");
        }
    }
    let draft = &dialogue(&bench)["open"]["M"]["wizard"]["M"]["draft"]["M"];
    assert_eq!(draft["workers"]["L"].as_array().unwrap().len(), MAX_WORKERS);
}

#[tokio::test]
async fn who_changes_the_language_in_the_middle_goes_on_in_it() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for each in Step::Summary.acts() {
        act(&user, each).await;
    }
    user.says("/language").await;
    let offered = bot.finally_shows("Choose your language");
    user.presses_data(offered.message_id, "l1:uk").await;
    bot.looks_away();
    user.says("?").await;
    let summary = bot.shows("6/6").says("No light").says_nothing_of("Ready to submit");
    user.presses_data(summary.message_id, summary.buttons[0][0].data.as_deref().unwrap()).await;
    bot.looks_away();
    let tasks = bench.tasks();
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0]["locale"]["S"], "uk");
    assert_eq!(tasks[0]["chat"]["N"], CHAT.to_string());
}
