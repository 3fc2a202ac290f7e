//! The directory: found by login name or by the words of a name, and made equal to a file.

use shared::domain::support_task::draft::{Subscriber, Worker, WorkerId};
use shared::domain::task_wizard::found::MOST_FOUND;
use shared::stores::directory::{Directory, DirectoryRow, List, Replaced};

use crate::setup::stores;

fn customer(username: &str, name: &str) -> Subscriber {
    Subscriber::new(username.parse().unwrap(), name)
}

async fn fill(directory: &Directory, customers: &[Subscriber]) -> Replaced {
    let rows: Vec<DirectoryRow> = customers.iter().flat_map(DirectoryRow::of_customer).collect();
    directory.replace(List::Customers, &rows).await.unwrap()
}

async fn found(directory: &Directory, query: &str) -> Vec<String> {
    let found = directory.customers(&query.parse().unwrap()).await.unwrap();
    assert!(!found.has_more);
    found.customers.iter().map(|customer| customer.username.to_string()).collect()
}

#[tokio::test]
async fn customers_are_found_by_the_beginnings_of_their_words() {
    let stores = stores().await;
    let people = [
        customer("olena.k", "Olena O'Koval"),
        customer("petro_k", "Petro Koval"),
        customer("koval77", "Іван Ковальчук"),
    ];
    fill(&stores.directory, &people).await;
    for (query, names) in [
        ("koval", vec!["koval77", "olena.k", "petro_k"]),
        ("KOVAL pet", vec!["petro_k"]),
        ("olena.k", vec!["olena.k"]),
        ("іван ков", vec!["koval77"]),
        ("lena", vec![]),
        ("..", vec![]),
    ] {
        assert_eq!(found(&stores.directory, query).await, names, "{query}");
    }
}

#[tokio::test]
async fn more_customers_than_can_be_shown_are_said_to_be_more() {
    let stores = stores().await;
    let many: Vec<Subscriber> =
        (0..60).map(|number| customer(&format!("user{number:02}"), "Smith")).collect();
    fill(&stores.directory, &many).await;
    let smiths = stores.directory.customers(&"smith".parse().unwrap()).await.unwrap();
    assert_eq!((smiths.customers.len(), smiths.has_more), (MOST_FOUND, true));
}

#[tokio::test]
async fn an_import_makes_the_list_equal_to_the_file_and_can_be_repeated() {
    let stores = stores().await;
    let (ann, bob) = (customer("ann", "Ann"), customer("bob", "Bob"));
    assert_eq!(
        fill(&stores.directory, &[ann.clone(), bob.clone()]).await,
        Replaced { written: 2, removed: 0, kept: 0 }
    );
    assert_eq!(
        fill(&stores.directory, &[ann.clone(), bob]).await,
        Replaced { written: 0, removed: 0, kept: 2 }
    );
    let changed = fill(&stores.directory, &[ann, customer("carol", "Carol")]).await;
    assert_eq!(changed, Replaced { written: 1, removed: 1, kept: 1 });
    assert_eq!(found(&stores.directory, "bob").await, Vec::<String>::new());
    assert_eq!(found(&stores.directory, "carol").await, ["carol"]);
}

#[tokio::test]
async fn a_list_of_many_pages_is_replaced_whole() {
    let stores = stores().await;
    let many: Vec<Subscriber> = (0..400).map(|number| customer(&format!("user{number:03}"), "")).collect();
    assert_eq!(fill(&stores.directory, &many).await.written, 400);
    assert_eq!(fill(&stores.directory, &many[..1]).await, Replaced { written: 0, removed: 399, kept: 1 });
}

#[tokio::test]
async fn workers_are_listed_by_name() {
    let stores = stores().await;
    let workers = [
        Worker::new(WorkerId(15), "Ahmad"),
        Worker::new(WorkerId(13), "taras"),
        Worker::new(WorkerId(7), "Budi"),
    ];
    let rows: Vec<DirectoryRow> = workers.iter().map(DirectoryRow::of_worker).collect();
    stores.directory.replace(List::Workers, &rows).await.unwrap();
    let listed: Vec<u32> =
        stores.directory.workers().await.unwrap().iter().map(|worker| worker.id.0).collect();
    assert_eq!(listed, [15, 7, 13]);
}

#[tokio::test]
async fn a_customer_behind_hundreds_who_fit_by_one_word_is_found() {
    let stores = stores().await;
    let mut many: Vec<Subscriber> =
        (0..400).map(|number| customer(&format!("user{number:03}"), "Alexander Smith")).collect();
    many.push(customer("zzz", "Alexander Zane"));
    fill(&stores.directory, &many).await;
    assert_eq!(found(&stores.directory, "alexander zan").await, ["zzz"]);
}
