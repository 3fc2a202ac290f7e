//! Clients at Billz: one job makes each, and no phone number is stored.

use sandbox::testbed::dynamodb::BILLZ_ORDERS;
use shared::domain::identifier::{BillzClientId, JobId};
use shared::domain::phone_number::PhoneNumber;
use shared::stores::billz_clients::{ClientClaim, ClientStanding};
use shared::stores::table::StoreError;

use crate::setup::{minute, stores};

fn phone() -> PhoneNumber {
    "+998 90 000 00 01".parse().unwrap()
}

fn job(id: &str) -> JobId {
    id.parse().unwrap()
}

fn client(id: &str) -> BillzClientId {
    id.parse().unwrap()
}

#[tokio::test]
async fn one_job_makes_a_client_and_may_go_on_with_it() {
    let stores = stores().await;
    let clients = &stores.billz_clients;
    assert_eq!(clients.find(&phone()).await.unwrap(), ClientStanding::Absent);
    assert_eq!(clients.claim(&phone(), &job("job-1"), minute(0)).await.unwrap(), ClientClaim::Ours);
    let taken = ClientClaim::Taken { by: job("job-1"), until: minute(10) };
    assert_eq!(clients.claim(&phone(), &job("job-2"), minute(9)).await.unwrap(), taken);
    assert_eq!(clients.claim(&phone(), &job("job-1"), minute(5)).await.unwrap(), ClientClaim::Ours);
    let claimed = ClientStanding::Claimed { by: job("job-1"), until: minute(15) };
    assert_eq!(clients.find(&phone()).await.unwrap(), claimed);
    clients.keep(&phone(), &job("job-1"), &client("client-1")).await.unwrap();
    assert_eq!(clients.find(&phone()).await.unwrap(), ClientStanding::Known(client("client-1")));
    let known = ClientClaim::Known(client("client-1"));
    assert_eq!(clients.claim(&phone(), &job("job-2"), minute(60)).await.unwrap(), known);
}

#[tokio::test]
async fn a_claim_ends_after_ten_minutes_or_when_it_is_let_go() {
    let stores = stores().await;
    let clients = &stores.billz_clients;
    clients.claim(&phone(), &job("job-1"), minute(0)).await.unwrap();
    assert_eq!(clients.claim(&phone(), &job("job-2"), minute(10)).await.unwrap(), ClientClaim::Ours);
    clients.release(&phone(), &job("job-1")).await.unwrap();
    let claimed = ClientStanding::Claimed { by: job("job-2"), until: minute(20) };
    assert_eq!(clients.find(&phone()).await.unwrap(), claimed, "nobody lets go of another's claim");
    clients.release(&phone(), &job("job-2")).await.unwrap();
    assert_eq!(clients.find(&phone()).await.unwrap(), ClientStanding::Absent);
    assert_eq!(clients.claim(&phone(), &job("job-3"), minute(11)).await.unwrap(), ClientClaim::Ours);
}

#[tokio::test]
async fn what_is_known_of_a_number_stays() {
    let stores = stores().await;
    let clients = &stores.billz_clients;
    clients.keep(&phone(), &job("job-1"), &client("client-1")).await.unwrap();
    clients.keep(&phone(), &job("job-2"), &client("client-2")).await.unwrap();
    clients.release(&phone(), &job("job-1")).await.unwrap();
    assert_eq!(clients.find(&phone()).await.unwrap(), ClientStanding::Known(client("client-1")));
}

#[tokio::test]
async fn of_many_who_want_to_make_one_client_at_once_one_may() {
    let stores = stores().await;
    let (phone, jobs) = (phone(), ["job-1", "job-2", "job-3"].map(job));
    let claim = |place: usize| stores.billz_clients.claim(&phone, &jobs[place], minute(0));
    let (one, two, three) = tokio::join!(claim(0), claim(1), claim(2));
    let claims = [one.unwrap(), two.unwrap(), three.unwrap()];
    assert_eq!(claims.iter().filter(|claim| **claim == ClientClaim::Ours).count(), 1, "{claims:?}");
}

#[tokio::test]
async fn a_lost_answer_to_a_claim_does_not_take_it_away() {
    let stores = stores().await;
    // The first call reads, the second writes; its answer is lost and the SDK sends it again.
    stores.wire.drop_answer_of(2);
    assert_eq!(
        stores.billz_clients.claim(&phone(), &job("job-1"), minute(0)).await.unwrap(),
        ClientClaim::Ours
    );
    let claimed = ClientStanding::Claimed { by: job("job-1"), until: minute(10) };
    assert_eq!(stores.billz_clients.find(&phone()).await.unwrap(), claimed);
}

#[tokio::test]
async fn a_sender_can_name_a_client_by_its_own_id_and_change_its_mind() {
    let stores = stores().await;
    let clients = &stores.billz_clients;
    let id = "64a7b8c9d5e6f7890abcdef2".parse().unwrap();
    assert_eq!(clients.of_system(&id).await.unwrap(), None);
    for name in ["client-1", "client-1", "client-2"] {
        clients.keep_system(&id, &client(name)).await.unwrap();
        assert_eq!(clients.of_system(&id).await.unwrap(), Some(client(name)));
    }
}

#[tokio::test]
async fn no_phone_number_is_stored_and_half_a_claim_is_corrupt() {
    let stores = stores().await;
    stores.billz_clients.claim(&phone(), &job("job-1"), minute(0)).await.unwrap();
    let mut item = stores.dynamodb.items(BILLZ_ORDERS).remove(0);
    assert!(!item.to_string().contains("900000001"), "{item}");
    let key = item["pk"]["S"].as_str().unwrap().to_owned();
    assert_eq!((key.len(), &key[..7]), (7 + 64, "CLIENT#"));
    item.as_object_mut().unwrap().remove("claimed_until");
    stores.dynamodb.put(BILLZ_ORDERS, &item);
    let error = stores.billz_clients.find(&phone()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt { key: said, .. } if *said == key), "{error}");
}
