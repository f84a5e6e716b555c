//! Answer plans: what is read is written as something that is read as the same plan.

use afterchat_archive::AnswerPlan;

pub(crate) fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match text.parse::<AnswerPlan>() {
        Ok(plan) => {
            let written = plan.to_string();
            assert_eq!(written.parse(), Ok(plan.clone()), "“{written}” is another plan than “{text}”");
            for number in [0, 1, 2, 19, 20, 1000, 20_000, u64::MAX] {
                let _ = plan.step(number);
            }
            assert!(plan.step(0).is_some(), "a plan has a first step");
            let _ = plan.risks();
        }
        Err(error) => assert!(error.at <= text.chars().count(), "the place of {error} is in the text"),
    }
}
