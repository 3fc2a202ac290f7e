//! Totals and stock, by property: whatever is done, the sums hold.

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, prop_assert, prop_assert_eq, proptest};

use super::CASH_PAYMENT_TYPE_ID;
use super::company::Company;
use super::order::{Order, Payment};
use super::products::Product;
use super::sale::{Discount, DiscountUnit, NewLine};
use crate::decimal::Decimal;

const PRODUCTS: [&str; 3] = ["a", "b", "c"];

#[derive(Clone, Debug)]
enum Deed {
    Draft,
    Add { order: usize, product: usize, thousandths: i64 },
    Discount { order: usize, unit: DiscountUnit, value: i64, product: Option<usize> },
    Postpone { order: usize },
    Return { order: usize },
    Pay { order: usize, short_by: i64 },
    Delete { order: usize },
    Wait,
}

fn deed() -> impl Strategy<Value = Deed> {
    let (order, product) = (0..4_usize, 0..PRODUCTS.len());
    let unit = prop_oneof![Just(DiscountUnit::Currency), Just(DiscountUnit::Percentage)];
    let of_one = proptest::option::of(product.clone());
    prop_oneof![
        Just(Deed::Draft),
        (order.clone(), product, -1..4_000_i64).prop_map(|(order, product, thousandths)| Deed::Add {
            order,
            product,
            thousandths
        }),
        (order.clone(), unit, 0..12_000_i64, of_one)
            .prop_map(|(order, unit, value, product)| Deed::Discount { order, unit, value, product }),
        order.clone().prop_map(|order| Deed::Postpone { order }),
        order.clone().prop_map(|order| Deed::Return { order }),
        (order.clone(), any::<bool>())
            .prop_map(|(order, is_short)| Deed::Pay { order, short_by: i64::from(is_short) }),
        order.prop_map(|order| Deed::Delete { order }),
        Just(Deed::Wait),
    ]
}

fn company() -> Company {
    Company::selling(PRODUCTS.into_iter().zip([3_333, 10_001, 500_000]).map(|(id, price)| Product {
        id: id.to_owned(),
        name: id.to_uppercase(),
        price: Decimal(price),
        stock: Decimal(10_000),
        allows_free_price: false,
    }))
}

/// Does one deed; whether it was done.
fn carry_out(company: &mut Company, deed: &Deed, now: &mut i64) -> bool {
    let id = |company: &Company, order: usize| {
        company.orders.get(order).map_or_else(|| "none".to_owned(), |order| order.id.clone())
    };
    match deed {
        Deed::Draft => !company.create_order(String::new(), *now).is_empty(),
        Deed::Add { order, product, thousandths } => {
            let product_id = PRODUCTS[*product].to_owned();
            let line = NewLine { product_id, quantity: Decimal(*thousandths), free_price: None };
            company.add_item(&id(company, *order), line, *now).is_ok()
        }
        Deed::Discount { order, unit, value, product } => {
            let product_id = product.map(|product| PRODUCTS[product].to_owned());
            let wanted = Discount { unit: *unit, value: Decimal(*value), product_id };
            company.discount(&id(company, *order), &wanted, *now).is_ok()
        }
        Deed::Postpone { order } => company.postpone(&id(company, *order), "", *now + 10, *now).is_ok(),
        Deed::Return { order } => company.return_postpone(&id(company, *order), *now).is_ok(),
        Deed::Pay { order, short_by } => {
            let order_id = id(company, *order);
            let total = company.order(&order_id).map_or(0, |order| order.total().0);
            let payment = Payment {
                company_payment_type_id: CASH_PAYMENT_TYPE_ID.to_owned(),
                paid_amount: Decimal(total - short_by),
                returned_amount: Decimal(0),
            };
            company.pay(&order_id, vec![payment], "", *now).is_ok()
        }
        Deed::Delete { order } => company.delete_order(&id(company, *order), *now).is_ok(),
        Deed::Wait => {
            *now += 11;
            true
        }
    }
}

fn thousandths(orders: &[&Order], product: &str) -> i64 {
    let lines = orders.iter().flat_map(|order| &order.lines).filter(|line| line.product_id == product);
    lines.map(|line| line.quantity.0).sum()
}

proptest! {
    #[test]
    fn stock_goes_down_by_what_was_paid_and_nothing_is_promised_twice(
        deeds in collection::vec(deed(), 1..60),
    ) {
        let (mut company, mut now) = (company(), 0);
        for deed in &deeds {
            let (before, stock) = (company.orders.clone(), company.products.clone());
            if !carry_out(&mut company, deed, &mut now) {
                prop_assert_eq!(&before, &company.orders, "a refusal changes nothing: {:?}", deed);
                prop_assert_eq!(&stock, &company.products);
            }
            for product in PRODUCTS {
                let sold: Vec<&Order> =
                    company.orders.iter().filter(|order| order.park_status(now) == "completed").collect();
                let kept: Vec<&Order> =
                    company.orders.iter().filter(|order| order.park_status(now) == "active").collect();
                let left = company.products[product].stock.0;
                prop_assert_eq!(left, 10_000 - thousandths(&sold, product));
                prop_assert!(thousandths(&kept, product) <= left, "{} kept of {}", product, left);
            }
            for order in company.orders.iter().filter(|order| order.park_status(now) == "completed") {
                prop_assert_eq!(order.paid(), order.total());
            }
        }
    }

    #[test]
    fn a_total_is_the_sum_of_its_lines_until_a_price_is_set(
        lines in collection::vec((0..PRODUCTS.len(), 1..3_000_i64), 1..4),
        wanted in 0..2_000_000_i64,
    ) {
        let mut company = company();
        let order = company.create_order(String::new(), 0);
        let prices = [3_333_i128, 10_001, 500_000];
        let (mut expected, mut quantity) = (0, 0);
        for (product, thousandths) in lines {
            let line = NewLine {
                product_id: PRODUCTS[product].to_owned(),
                quantity: Decimal(thousandths),
                free_price: None,
            };
            company.add_item(&order, line, 0).unwrap();
            // Half a tiyin counts as a whole one.
            expected += (prices[product] * i128::from(thousandths) * 2 + 1_000) / 2_000;
            quantity += thousandths;
        }
        let shown = company.order(&order).unwrap();
        prop_assert_eq!((i128::from(shown.total().0), shown.total_quantity().0), (expected, quantity));
        let discount = |unit: DiscountUnit, value: i64| Discount { unit, value: Decimal(value), product_id: None };
        company.discount(&order, &discount(DiscountUnit::Currency, wanted), 0).unwrap();
        prop_assert_eq!(company.order(&order).unwrap().total().0, wanted);
        company.discount(&order, &discount(DiscountUnit::Percentage, 10_000), 0).unwrap();
        prop_assert_eq!(company.order(&order).unwrap().total().0, 0);
    }
}
