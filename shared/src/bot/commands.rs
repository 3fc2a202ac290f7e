//! The bot's commands: who is offered which, how each is described, and how one is read from a text.

use crate::domain::locale::Locale;
use crate::domain::role::Role;

/// Longest name of a command at Telegram, in characters.
const MAX_NAME: usize = 32;

/// Something the bot can be told with a `/` before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Begins the chat, or ties it to an account when a token follows.
    Start,
    /// Lists what this person may do.
    Help,
    /// Chooses the language.
    Language,
    /// Lists the person's invoices.
    Invoices,
    /// Shows what the person used for SMS.
    Usage,
    /// Unties the chat from the account.
    Unlink,
    /// Begins the wizard that asks for a support task.
    Task,
    /// Leaves what was begun.
    Cancel,
}

/// Who speaks to the bot, as far as it matters to what they are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// The chat is tied to nobody.
    Stranger,
    /// The chat is tied to an account.
    Customer,
    /// The chat is tied to the account of somebody who works here.
    Staff,
}

/// Whether people are billed for SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SmsBilling {
    /// They are.
    On,
    /// They are not: what they used is not shown.
    Off,
}

/// What a text turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said<'a> {
    /// A command, and what stands behind it: empty when nothing does.
    Command(Command, &'a str),
    /// It looks like a command and is none of ours.
    UnknownCommand,
    /// Words.
    Words(&'a str),
}

impl Command {
    /// Every command, in the order they are offered.
    pub const ALL: [Self; 8] = [
        Self::Start,
        Self::Help,
        Self::Invoices,
        Self::Usage,
        Self::Task,
        Self::Cancel,
        Self::Language,
        Self::Unlink,
    ];

    /// The name, without `/`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Help => "help",
            Self::Language => "language",
            Self::Invoices => "invoices",
            Self::Usage => "usage",
            Self::Unlink => "unlink",
            Self::Task => "task",
            Self::Cancel => "cancel",
        }
    }

    /// What it is for, in a few words: Telegram shows it beside the name.
    pub fn description(self, locale: Locale) -> &'static str {
        let [english, indonesian, ukrainian, uzbek, russian] = self.descriptions();
        match locale {
            Locale::En => english,
            Locale::Id => indonesian,
            Locale::Uk => ukrainian,
            Locale::Uz => uzbek,
            Locale::Ru => russian,
        }
    }

    fn descriptions(self) -> [&'static str; 5] {
        match self {
            Self::Start => [
                "Start the bot",
                "Mulai menggunakan bot",
                "Почати роботу з ботом",
                "Botni ishga tushirish",
                "Начать работу с ботом",
            ],
            Self::Help => [
                "What I can do for you",
                "Apa yang bisa saya bantu",
                "Що я вмію",
                "Men nimalar qila olaman",
                "Что я умею",
            ],
            Self::Language => {
                ["Choose the language", "Pilih bahasa", "Вибрати мову", "Tilni tanlash", "Выбрать язык"]
            }
            Self::Invoices => [
                "Your invoices: look at them and pay",
                "Tagihan Anda: lihat dan bayar",
                "Ваші рахунки: переглянути й оплатити",
                "Hisob-fakturalaringiz: koʻrish va toʻlash",
                "Ваши счета: посмотреть и оплатить",
            ],
            Self::Usage => [
                "Your SMS: what is used, and when it is billed",
                "SMS Anda: pemakaian dan tagihan berikutnya",
                "Ваші SMS: скільки використано й коли рахунок",
                "SMS xabarlaringiz: sarf va keyingi hisob",
                "Ваши SMS: сколько использовано и когда счёт",
            ],
            Self::Unlink => [
                "Disconnect this chat from your account",
                "Putuskan chat ini dari akun Anda",
                "Від’єднати цей чат від вашого облікового запису",
                "Ushbu chatni hisobingizdan uzish",
                "Отвязать этот чат от вашей учётной записи",
            ],
            Self::Task => [
                "Create a support task",
                "Buat tugas dukungan teknis",
                "Створити завдання для техпідтримки",
                "Texnik yordam vazifasini yaratish",
                "Создать задачу для техподдержки",
            ],
            Self::Cancel => [
                "Cancel what you have started",
                "Batalkan yang sedang Anda kerjakan",
                "Скасувати розпочате",
                "Boshlagan ishingizni bekor qilish",
                "Отменить начатое",
            ],
        }
    }

    /// Whether it is offered to such a person.
    pub fn is_for(self, audience: Audience) -> bool {
        match self {
            Self::Start | Self::Help | Self::Language | Self::Cancel => true,
            Self::Invoices | Self::Usage | Self::Unlink => audience != Audience::Stranger,
            Self::Task => audience == Audience::Staff,
        }
    }

    /// The commands that such a person is offered, in order.
    pub fn for_audience(audience: Audience, sms: SmsBilling) -> Vec<Self> {
        let is_used = |command: &Self| *command != Self::Usage || sms == SmsBilling::On;
        Self::ALL.into_iter().filter(|command| command.is_for(audience)).filter(is_used).collect()
    }
}

impl Audience {
    /// Everybody who can be spoken to.
    pub const ALL: [Self; 3] = [Self::Stranger, Self::Customer, Self::Staff];

    /// Who somebody with these roles is, once their chat is tied to their account.
    pub fn of_roles(roles: &[Role]) -> Self {
        if roles.iter().any(|role| role.is_staff()) { Self::Staff } else { Self::Customer }
    }
}

impl<'a> Said<'a> {
    /// Reads a text: `/name`, `/name@bot` and `/NAME words` are commands. One for another bot is no command
    /// of ours.
    pub fn read(text: &'a str, bot_username: &str) -> Self {
        let text = text.trim();
        let Some(told) = text.strip_prefix('/') else { return Self::Words(text) };
        let (called, argument) = told.split_once(char::is_whitespace).unwrap_or((told, ""));
        let (name, bot) = called.split_once('@').map_or((called, None), |(name, bot)| (name, Some(bot)));
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(is_name) {
            return Self::Words(text);
        }
        let is_ours = bot.is_none_or(|bot| bot.eq_ignore_ascii_case(bot_username));
        let known = Command::ALL.into_iter().find(|command| command.name().eq_ignore_ascii_case(name));
        match known.filter(|_| is_ours) {
            Some(command) => Self::Command(command, argument.trim()),
            None => Self::UnknownCommand,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOT: &str = "paydesk_sandbox_bot";

    #[test]
    fn a_command_is_read_in_every_way_people_write_it() {
        for (text, read) in [
            ("/start", Said::Command(Command::Start, "")),
            (" /START  abc-123_x \n", Said::Command(Command::Start, "abc-123_x")),
            ("/start@Paydesk_Sandbox_Bot abc", Said::Command(Command::Start, "abc")),
            ("/task\nno light", Said::Command(Command::Task, "no light")),
            ("/cancel@paydesk_sandbox_bot", Said::Command(Command::Cancel, "")),
        ] {
            assert_eq!(Said::read(text, BOT), read, "{text:?}");
        }
    }

    #[test]
    fn what_only_looks_like_a_command_is_told_from_words() {
        for text in ["/tasks", "/start@another_bot abc", "/start@", "/TASK_", "/etc is full"] {
            assert_eq!(Said::read(text, BOT), Said::UnknownCommand, "{text:?}");
        }
        let long = format!("/{}", "a".repeat(MAX_NAME + 1));
        for text in ["", "task", "/", "/ task", "//task", "/заявка", "/usr/bin", "see /help", long.as_str()]
        {
            assert_eq!(Said::read(text, BOT), Said::Words(text), "{text:?}");
        }
    }

    #[test]
    fn everybody_is_offered_what_they_may_do_and_nothing_else() {
        let offered = |audience, sms| {
            Command::for_audience(audience, sms).into_iter().map(Command::name).collect::<Vec<_>>()
        };
        let names = |audience| offered(audience, SmsBilling::Off);
        assert_eq!(names(Audience::Stranger), ["start", "help", "cancel", "language"]);
        assert_eq!(names(Audience::Customer), ["start", "help", "invoices", "cancel", "language", "unlink"]);
        assert_eq!(
            names(Audience::Staff),
            ["start", "help", "invoices", "task", "cancel", "language", "unlink"]
        );
        let billed = |audience| offered(audience, SmsBilling::On);
        assert_eq!(billed(Audience::Stranger), names(Audience::Stranger));
        assert_eq!(
            billed(Audience::Customer),
            ["start", "help", "invoices", "usage", "cancel", "language", "unlink"]
        );
        assert!(billed(Audience::Staff).contains(&"usage"));
    }

    #[test]
    fn one_role_of_the_staff_is_enough() {
        assert_eq!(Audience::of_roles(&[]), Audience::Customer);
        assert_eq!(Audience::of_roles(&[Role::Customer]), Audience::Customer);
        assert_eq!(Audience::of_roles(&[Role::Customer, Role::Staff]), Audience::Staff);
        assert_eq!(Audience::of_roles(&[Role::Admin]), Audience::Staff);
    }

    #[test]
    fn telegram_takes_every_name_and_description() {
        for command in Command::ALL {
            let name = command.name();
            assert!(name.len() <= MAX_NAME && name.bytes().all(|byte| byte.is_ascii_lowercase()), "{name}");
            let mut seen = std::collections::HashSet::new();
            for locale in Locale::ALL {
                let words = command.description(locale);
                assert!((3..=256).contains(&words.chars().count()) && words.trim() == words, "{words}");
                assert!(seen.insert(words), "{words} stands for two languages");
            }
        }
    }
}
