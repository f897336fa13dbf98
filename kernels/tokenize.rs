// tokenize in Rust; kernels/tokenize.cpp describes it. The text is a &str: that it is UTF-8 is
// checked once, beforehand, as where it is read.
use std::collections::HashMap;
use std::str::Utf8Error;

fn text(text: &[u8]) -> Result<&str, Utf8Error> {
    std::str::from_utf8(text)
}

fn owned(text: &&str, tokens: &mut [i64], distinct: &mut [i64]) {
    let words: Vec<String> = text.split_ascii_whitespace().map(String::from).collect();
    let mut counts: HashMap<String, i64> = HashMap::new();
    for word in &words {
        match counts.get_mut(word) {
            Some(count) => *count += 1,
            None => {
                counts.insert(word.clone(), 1);
            }
        }
    }
    tokens[0] = words.len() as i64;
    distinct[0] = counts.len() as i64;
}

fn borrowed(text: &&str, tokens: &mut [i64], distinct: &mut [i64]) {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let mut counts: HashMap<&str, i64> = HashMap::new();
    for word in &words {
        *counts.entry(word).or_insert(0) += 1;
    }
    tokens[0] = words.len() as i64;
    distinct[0] = counts.len() as i64;
}

gapmeter::variants! {
    "owned" => text(text) then owned(tokens, distinct);
    "borrowed" for "borrow" => text(text) then borrowed(tokens, distinct);
}
