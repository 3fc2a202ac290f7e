//! Files become lists, whole or not at all.

use aws_credential_types::Credentials;
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::CHATS;
use sandbox::testbed::wire::Wire;
use shared::domain::support_task::draft::WorkerId;
use shared::http_client::HttpClients;
use shared::lambda::aws::sdk_config_for;
use shared::stores::directory::{Directory, List};
use shared::stores::table::Table;

use super::{Wanted, customers, file, import_rows, keep_most, workers};

struct Bench {
    _aws: Aws,
    wire: Wire,
    directory: Directory,
}

impl Bench {
    async fn start() -> Self {
        let (aws, wire) = (Aws::start().await, Wire::new());
        let url = wire.tap("aws", &aws.url()).await;
        let credentials = Credentials::new("test", "test", None, None, "test");
        let http = HttpClients::new(None).unwrap().aws;
        let sdk = sdk_config_for(http, credentials, "us-east-1".to_owned(), Some(url));
        let table = Table::new(aws_sdk_dynamodb::Client::new(&sdk), CHATS.to_owned());
        Self { _aws: aws, wire, directory: Directory::new(table) }
    }

    async fn import(&self, csv: &str) -> String {
        import_rows(&self.directory, &wanted(csv)).await.unwrap()
    }

    /// Why a file is not imported unasked.
    async fn question(&self, csv: &str) -> Option<String> {
        keep_most(&self.directory, &wanted(csv)).await.err().map(|error| error.to_string())
    }

    async fn found(&self, words: &str) -> Vec<String> {
        let found = self.directory.customers(&words.parse().unwrap()).await.unwrap();
        found.customers.iter().map(|customer| format!("{} {}", customer.username, customer.name)).collect()
    }
}

fn wanted(csv: &str) -> Wanted {
    if csv.starts_with("id") { workers(csv.as_bytes()) } else { customers(csv.as_bytes()) }.unwrap()
}

#[tokio::test]
async fn customers_are_added_changed_and_removed_until_the_list_is_the_file() {
    let bench = Bench::start().await;
    let told = bench.import("username,name\nolena.k,Олена Коваль\nbudi,\"Budi, Santoso\"\n").await;
    assert!(told.starts_with("the directory has these 2 customers now, and no others"), "{told}");
    assert_eq!(bench.found("коваль").await, ["olena.k Олена Коваль"]);
    assert_eq!(bench.found("santo").await, ["budi Budi, Santoso"]);

    let next = "username,name\nolena.k,Олена Бондар\nsiti,Siti Aminah\n";
    bench.import(next).await;
    assert_eq!(bench.found("коваль").await, Vec::<String>::new());
    assert_eq!(bench.found("budi").await, Vec::<String>::new());
    assert_eq!(bench.found("olena").await, ["olena.k Олена Бондар"]);
    assert_eq!(bench.found("siti").await, ["siti Siti Aminah"]);

    bench.wire.reset();
    let told = bench.import(next).await;
    assert!(told.contains("0 added or changed, 0 removed"), "{told}");
    assert_eq!((bench.wire.count("PutItem"), bench.wire.count("DeleteItem")), (0, 0));
}

#[tokio::test]
async fn an_import_that_was_cut_off_anywhere_is_finished_by_the_next() {
    let (before, after) =
        ("username,name\nbudi,Budi Santoso\nsiti,Siti Aminah\n", "username,name\nbudi,Budi Utomo\nsri,Sri\n");
    let mut step = 1;
    loop {
        let bench = Bench::start().await;
        bench.import(before).await;
        bench.wire.reset();
        bench.wire.crash_at(step);
        let is_cut_off = import_rows(&bench.directory, &wanted(after)).await.is_err();
        assert_eq!(bench.wire.revive(), is_cut_off, "step {step}");
        bench.import(after).await;
        assert_eq!(bench.found("budi").await, ["budi Budi Utomo"], "step {step}");
        assert_eq!(bench.found("santoso").await, Vec::<String>::new(), "step {step}");
        assert_eq!(bench.found("siti").await, Vec::<String>::new(), "step {step}");
        assert_eq!(bench.found("sri").await, ["sri Sri"], "step {step}");
        if !is_cut_off {
            break;
        }
        step += 1;
    }
    assert!(step > 5, "{step} steps");
}

#[tokio::test]
async fn workers_are_a_list_of_their_own() {
    let bench = Bench::start().await;
    bench.import("username,name\nbudi,Budi Santoso\n").await;
    let told = bench.import("id,name,phone\n15,Ruslan,1\n13,Dilnoza,2\n").await;
    assert!(told.contains("these 2 workers") && told.contains("rows: 2 added"), "{told}");
    bench.import("id,name\n13,Dilnoza\n").await;
    let list = bench.directory.workers().await.unwrap();
    assert_eq!(list.iter().map(|worker| worker.id).collect::<Vec<_>>(), [WorkerId(13)]);
    assert_eq!(bench.found("budi").await.len(), 1);
}

#[tokio::test]
async fn what_would_take_most_people_out_is_done_when_it_is_said_twice() {
    let bench = Bench::start().await;
    let few = "id,name\n1,Ruslan\n";
    bench.import("id,name\n1,Ruslan\n2,Dilnoza\n3,Sri\n").await;
    assert_eq!(bench.question(few).await, None);
    bench.import("id,name\n1,Ruslan\n2,Dilnoza\n3,Sri\n4,Budi\n").await;
    let told = "nothing was changed: the file has 1 workers, and 3 of the 4 in the directory are not among them. \
        If they shall go, say --yes";
    assert_eq!(bench.question(few).await.as_deref(), Some(told));
    assert_eq!(bench.question("id,name\n1,Ruslan\n2,Other Name\n").await, None);
    assert_eq!(bench.directory.workers().await.unwrap().len(), 4);

    // People are counted, not the rows they are found by.
    let customers = "a,One Two Three Four Five\nb,Budi\nc,Sri\nd,Siti\n";
    bench.import(&format!("username,name\n{customers}")).await;
    assert_eq!(bench.question("username,name\nb,Budi\nc,Sri\n").await, None);
    let told = bench.question("username,name\na,One Two Three Four Five\nnew,New\n").await.unwrap();
    assert!(told.contains("2 customers, and 3 of the 4 in the directory"), "{told}");
}

#[test]
fn a_quote_that_is_not_closed_takes_no_line_along() {
    for csv in ["id,name\n1,\"unclosed\n2,x\n", "id,name\n1,\"unclosed\n", "id,name\r\n1,\"a\rb\"\r\n2,x\r\n"]
    {
        let told = file::workers(csv.as_bytes()).unwrap_err().to_string();
        assert!(told.contains("line 2, name: it has a line break; is a quote open?"), "{csv:?}: {told}");
    }
    let told = file::workers(b"id,name,note\n1,x,\n2,y,\"z\n3,w,\n").unwrap_err().to_string();
    assert!(told.contains("1 mistakes in the file\n  line 3, note: it has a line break"), "{told}");
}

#[test]
fn every_mistake_of_a_file_is_told_by_its_line_and_field() {
    let csv = "username,name\nbudi,Budi\nspaced name,X\nsiti,\nbudi,Other\na,b,c\n";
    let told = file::customers(csv.as_bytes()).unwrap_err().to_string();
    let wanted = "nothing was changed: 4 mistakes in the file\n  \
        line 3, username: a login name has 1 to 64 letters, digits, or any of _ . - @\n  \
        line 4, name: it is empty\n  \
        line 5, username: budi is on line 2, too\n  \
        line 6: it has 3 fields, the headings are 2";
    assert_eq!(told, wanted);
    for id in ["0", "-1", "13a", "+13", "013", "4294967296", ""] {
        let told = file::workers(format!("id,name\n{id},Ruslan\n").as_bytes()).unwrap_err().to_string();
        assert!(told.contains("line 2, id: it is a worker's number"), "{id}: {told}");
    }
    let told =
        file::customers(b"username,name\r\nbudi,Budi\r\n\r\nsiti,\r\na,b,c\r\n").unwrap_err().to_string();
    let wanted =
        "2 mistakes in the file\n  line 4, name: it is empty\n  line 5: it has 3 fields, the headings are 2";
    assert!(told.ends_with(wanted), "{told}");
    let many: String = (0..30).map(|_| "!,x\n").collect();
    let told = file::customers(format!("username,name\n{many}").as_bytes()).unwrap_err().to_string();
    assert!(told.starts_with("nothing was changed: 30 mistakes") && told.lines().count() == 22, "{told}");
}

#[test]
fn a_file_that_is_no_such_list_is_refused_whole() {
    for (csv, wanted) in [
        ("", "there is no heading `username`"),
        ("user,name\nbudi,Budi\n", "there is no heading `username`"),
        ("username\nbudi\n", "there is no heading `name`"),
        ("username,name\n", "the file names nobody"),
    ] {
        let told = file::customers(csv.as_bytes()).unwrap_err().to_string();
        assert!(told.contains(wanted), "{csv:?}: {told}");
    }
    let told = file::customers(b"username,name\nbudi,\xff\n").unwrap_err().to_string();
    assert!(told.contains("line 2: it is not in UTF-8"), "{told}");
    let crowd: String = (1..=101).map(|id| format!("{id},Worker {id}\n")).collect();
    let error = workers(format!("id,name\n{crowd}").as_bytes()).err().unwrap().to_string();
    assert!(error.contains("101 workers: the bot offers 100 at most"), "{error}");
}

#[test]
fn a_file_as_other_programs_write_it_is_read() {
    let csv = "\u{feff}Name ;x\r\n";
    assert!(file::customers(csv.as_bytes()).is_err());
    let csv = "\u{feff}Name , Username\r\n Siti Aminah , siti \r\n";
    let Wanted { list, rows, what } = customers(csv.as_bytes()).unwrap();
    assert_eq!((list, what.as_str()), (List::Customers, "1 customers"));
    assert!(rows.iter().any(|row| row.gsi1sk == "aminah#siti"), "{rows:?}");
}
