//! `make demo`: the main jobs on the local stack, step by step, in plain words.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person")]

mod bonus;
mod payment;
mod sale;
mod story;
mod task;
mod usage;

use std::process::ExitCode;

use e2e::stack::Stack;

use crate::story::Story;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match show().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ndemo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn show() -> anyhow::Result<()> {
    let stack = Stack::open()?;
    println!("\nAn order is paid through Tripay, on this machine.\n");
    let health = stack.request(http::Method::GET, "/health").send().await;
    if let Err(error) = health {
        let url = &stack.file.api_url;
        anyhow::bail!("the API at {url} does not answer ({error}).\nRun `make up`, then `make demo` again.");
    }
    let mut story = Story::begin();
    let seen = payment::show(&stack, &mut story).await?;
    println!("\nAnd somebody of the staff asks for a support task, in a Telegram chat.\n");
    task::show(&stack, &mut story).await?;
    println!("\nAnd a service has an order placed and paid at Billz, the point of sale.\n");
    sale::show(&stack, &mut story).await?;
    println!("\nAnd a customer's SMS are billed, and charged to their account at a Sippy switch.\n");
    usage::show(&stack, &mut story).await?;
    println!("\nAnd a customer's receipt is accepted, and earns a top-up of their phone through Portmone.\n");
    bonus::show(&stack, &mut story).await?;
    println!("\nDone in {} ms. To look around:", story.took_ms());
    places(&stack, &seen);
    Ok(())
}

fn places(stack: &Stack, seen: &payment::Seen) {
    let (api, sandbox) = (&stack.file.api_url, &stack.file.sandbox_url);
    println!("  checkout page   {}", seen.checkout);
    println!("  all of Tripay's transactions, to pay others by hand   {sandbox}/");
    println!("  this email, as a mail program shows it   {sandbox}/mail/{}", seen.mail);
    println!("  the customer's chat                      {sandbox}/telegram/chats/{}", payment::CHAT);
    println!(
        "  the chat with the bot, to go on in it    {sandbox}/telegram/chats/{} (or make chat)",
        task::CHAT
    );
    println!("  the panel's tasks                        {sandbox}/isp-panel/");
    println!("  Billz's orders and stock                 {sandbox}/billz");
    println!("  the switch's accounts and payments       {sandbox}/sippy");
    println!("  Portmone's bills, the telecom's top-ups  {sandbox}/portmone and {sandbox}/telecom");
    println!("  health          curl {api}/health");
    println!("  logs            .local/log/ (aws.log has the functions' lines)");
    println!("  the deployment  make doctor\n");
}
