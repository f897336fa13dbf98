// digits_server PORT MODEL: what digits_server.cpp does, on axum and tokio, with one thread.
use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct Model {
    w1: Vec<Vec<f32>>, // a row for each input
    b1: Vec<f32>,
    w2: Vec<Vec<f32>>,
    b2: Vec<f32>,
    w3: Vec<Vec<f32>>,
    b3: Vec<f32>,
}

#[derive(Deserialize)]
struct Image {
    pixels: Vec<f32>,
}

#[derive(Serialize)]
struct Prediction {
    digit: usize,
    probabilities: Vec<f32>,
}

fn apply_layer(x: &[f32], w: &[Vec<f32>], b: &[f32]) -> Vec<f32> {
    let mut y = b.to_vec();
    for (x, row) in x.iter().zip(w) {
        for (y, w) in y.iter_mut().zip(row) {
            *y += x * w;
        }
    }
    y
}

fn rectified(mut values: Vec<f32>) -> Vec<f32> {
    values.iter_mut().for_each(|value| *value = value.max(0.0));
    values
}

impl Model {
    fn probabilities(&self, pixels: &[f32]) -> Vec<f32> {
        let x: Vec<f32> = pixels.iter().map(|pixel| pixel / 16.0).collect();
        let hidden = rectified(apply_layer(&x, &self.w1, &self.b1));
        let hidden = rectified(apply_layer(&hidden, &self.w2, &self.b2));
        let scores = apply_layer(&hidden, &self.w3, &self.b3);
        let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let powers: Vec<f32> = scores.iter().map(|score| (score - largest).exp()).collect();
        let total: f32 = powers.iter().sum();
        powers.iter().map(|power| power / total).collect()
    }
}

async fn predict(
    State(model): State<Arc<Model>>,
    Json(image): Json<Image>,
) -> Result<Json<Prediction>, (StatusCode, &'static str)> {
    if image.pixels.len() != model.w1.len() {
        return Err((StatusCode::UNPROCESSABLE_ENTITY, "wrong number of pixels"));
    }
    let probabilities = model.probabilities(&image.pixels);
    let digit =
        (0..probabilities.len()).max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    Ok(Json(Prediction { digit: digit.unwrap_or(0), probabilities }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().ok_or("usage: digits_server PORT MODEL")?.parse()?;
    let file = File::open(arguments.next().ok_or("the model's file is missing")?)?;
    let model: Model = serde_json::from_reader(BufReader::new(file))?;
    let app = Router::new().route("/predict", post(predict)).with_state(Arc::new(model));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?.tap_io(|stream| {
        stream.set_nodelay(true).ok(); // a socket that has just closed can't take it
    });
    axum::serve(listener, app).await?;
    Ok(())
}
