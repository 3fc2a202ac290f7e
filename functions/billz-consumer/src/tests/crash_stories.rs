//! Jobs to be broken off anywhere, and what must be true of each in the end.

use serde_json::{Value, json};
use shared::domain::billz::review::Decision;

use super::bench::{Bench, OPERATIONS, PAYMENTS};
use super::jobs::{
    KETTLE, RICE, SAMOVAR, THREE, add_item, create_client, draft_of, empty_draft, job, known_client,
    of_order, pay, place, postponed,
};

/// A job to be broken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Story {
    /// A whole order of a new client, by a function that is not logged in.
    Place,
    /// The same; its last product is out of stock.
    PlaceRefused,
    /// The same; it costs something else at Billz.
    PlaceWrongTotal,
    /// The payment of a placed order.
    Pay,
    Client,
    Draft,
    Item,
    Attach,
    Postpone,
    Return,
    Discount,
    Delete,
    DeletePostponed,
    Look,
}

/// A story whose message is in its queue.
pub struct Begun {
    pub bench: Bench,
    pub queue: &'static str,
    pub id: String,
}

impl Story {
    /// Everything up to the message.
    pub async fn begin(self) -> Begun {
        let bench = Bench::start().await;
        let message = self.message(&bench).await;
        let queue = if self == Self::Pay { PAYMENTS } else { OPERATIONS };
        bench.begin();
        bench.put(queue, &message);
        Begun { bench, queue, id: "job-1".to_owned() }
    }

    async fn message(self, bench: &Bench) -> Value {
        match self {
            Self::Place => place("job-1", "12345", &THREE, 7050),
            Self::PlaceRefused => place("job-1", "12345", &[(RICE, 1), (SAMOVAR, 1), (KETTLE, 3)], 0),
            Self::PlaceWrongTotal => {
                bench.stock(KETTLE, "127049.99", 2).await;
                place("job-1", "12345", &[(RICE, 1), (KETTLE, 1)], 0)
            }
            Self::Pay => {
                assert_eq!(bench.run(OPERATIONS, &place("job-0", "12345", &THREE, 0)).await, "SUCCEEDED");
                pay("job-1", bench.orders().await[0]["id"].as_str().unwrap(), 477_050)
            }
            Self::Client => {
                let mut client = create_client("job-1");
                client["payload"]["clientIdSys"] = "client-7".into();
                client
            }
            Self::Draft => job("CREATE_ORDER", "job-1", json!({})),
            Self::Item => add_item("job-1", &empty_draft(bench).await, RICE, 2),
            Self::Attach => {
                let client = known_client(bench).await;
                let order = empty_draft(bench).await;
                job("ADD_CLIENT", "job-1", json!({ "orderId": order, "customerId": client }))
            }
            Self::Postpone => of_order("POSTPONE_ORDER", "job-1", &draft_of(bench, 2).await),
            Self::Return => of_order("CANCEL_POSTPONE", "job-1", &postponed(bench).await),
            Self::Discount => {
                let order = draft_of(bench, 2).await;
                let off = json!({ "orderId": order, "amount": 5000, "totalPrice": 70000 });
                job("CREATE_DISCOUNT", "job-1", off)
            }
            Self::Delete => of_order("DELETE_ORDER", "job-1", &draft_of(bench, 2).await),
            Self::DeletePostponed => of_order("DELETE_ORDER", "job-1", &postponed(bench).await),
            Self::Look => of_order("GET_ORDER", "job-1", &postponed(bench).await),
        }
    }

    /// Where the job stands when nothing goes wrong.
    pub fn expected(self) -> &'static str {
        match self {
            Self::PlaceRefused | Self::PlaceWrongTotal => "REFUSED",
            _ => "SUCCEEDED",
        }
    }

    /// What is true of a job that ended as it should: once, and whole.
    pub async fn check_done(self, bench: &Bench, what: &str) {
        let (orders, clients) = (bench.orders().await, bench.clients().await);
        let state = orders.first().map(|order| order["state"].as_str().unwrap().to_owned());
        match self {
            Self::Client => {
                assert_eq!((orders.len(), clients.len()), (0, 1), "{what}");
                let named = bench.item("SYSTEM_CLIENT#client-7", "SYSTEM_CLIENT").expect(what);
                assert_eq!(named["billz_client"], clients[0]["id"], "{what}");
                check_book(bench, &clients[0]["id"], what);
                return;
            }
            _ => assert_eq!(orders.len(), 1, "{what}"),
        }
        let (state, order) = (state.unwrap(), &orders[0]);
        match self {
            Self::Place => check_placed(bench, order, &clients, what),
            Self::PlaceRefused | Self::PlaceWrongTotal => {
                assert_eq!((state.as_str(), clients.len()), ("deleted", 1), "{what}");
                assert_eq!(bench.order_record("12345")["stage"], "REFUSED", "{what}");
            }
            Self::Pay => {
                assert_eq!(state, "completed", "{what}");
                assert_eq!(order["payments"].as_array().unwrap().len(), 1, "{what}");
                assert_eq!(bench.order_record("12345")["paid_minor"], 47_705_000, "{what}");
            }
            Self::Item => {
                let items = order["items"].as_array().unwrap();
                assert_eq!((items.len(), &items[0]["quantity"]), (1, &json!(2)), "{what}");
            }
            Self::Attach => assert_eq!(order["customerId"], clients[0]["id"], "{what}"),
            Self::Discount => assert_eq!(order["totalPrice"], json!(65000), "{what}"),
            Self::Draft | Self::Return => assert_eq!(state, "draft", "{what}"),
            Self::Postpone | Self::Look => assert_eq!(state, "active", "{what}"),
            Self::Delete | Self::DeletePostponed => assert_eq!(state, "deleted", "{what}"),
            Self::Client => {}
        }
    }
}

fn check_placed(bench: &Bench, order: &Value, clients: &[Value], what: &str) {
    assert_eq!((order["state"].as_str(), clients.len()), (Some("active"), 1), "{what}");
    let lines = order["items"].as_array().unwrap().iter();
    let line = |line: &Value| (line["productId"].clone(), line["quantity"].clone());
    let wanted = THREE.map(|(product, quantity)| (json!(product), json!(quantity)));
    assert_eq!(lines.map(line).collect::<Vec<_>>(), wanted, "{what}");
    assert_eq!((&order["totalPrice"], &order["customerId"]), (&json!(470_000), &clients[0]["id"]), "{what}");
    let record = bench.order_record("12345");
    assert_eq!((&record["stage"], &record["billz_order"]), (&json!("PLACED"), &order["id"]), "{what}");
    assert_eq!(record["billz_client"], clients[0]["id"], "{what}");
    check_book(bench, &clients[0]["id"], what);
}

/// Our own book knows the client, and nobody claims to make them.
fn check_book(bench: &Bench, client: &Value, what: &str) {
    let items = bench.aws.dynamodb.items("billz-orders");
    let known: Vec<&Value> = items.iter().filter(|item| item["sk"]["S"] == "CLIENT").collect();
    assert_eq!(known.len(), 1, "{what}");
    assert_eq!((&known[0]["billz_client"]["S"], known[0].get("claimed_until")), (client, None), "{what}");
}

/// What a person sees at Billz, and so decides.
pub async fn seen_by_a_person(bench: &Bench, id: &str) -> Decision {
    let job = bench.job(id);
    let (orders, clients) = (bench.orders().await, bench.clients().await);
    let order = orders.first();
    let is_in = |state: &str| order.is_some_and(|order| order["state"] == state);
    let id_of = |thing: &Value| Some(thing["id"].as_str().unwrap().to_owned());
    let (happened, billz_id) = match job["pending"]["operation"].as_str().unwrap_or_default() {
        "create_client" => (!clients.is_empty(), clients.first().and_then(id_of)),
        "create_order" => (order.is_some(), order.and_then(id_of)),
        "add_item" => {
            let lines = order.unwrap()["items"].as_array().unwrap().len();
            (u64::try_from(lines).unwrap() > job["progress"]["lines_added"].as_u64().unwrap(), None)
        }
        "postpone" => (is_in("active"), None),
        "pay" => (is_in("completed"), None),
        "return_postponed" => (is_in("draft"), None),
        "delete_order" => (is_in("deleted"), None),
        _ => (false, None),
    };
    match happened {
        true => Decision::ItHappened { billz_id },
        false => Decision::ItDidNotHappen,
    }
}
