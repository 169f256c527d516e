// What each metric means, in words a clinician would use. Keyed by the metric's id.

/** Metric id → what it says. */
export const metricMeanings: Record<string, string> = {
  auroc:
    "Area under the ROC curve: the chance that a patient with the event was given a higher risk than a patient without it. 0.5 is a coin toss, 1 is perfect. It says nothing about whether the risks themselves are right.",
  average_precision:
    "Mean precision over all recalls, the area under the stepped precision-recall curve. A guess reaches the share of events, so it can be compared only between cohorts with the same share.",
  auprc:
    "Area under the precision-recall curve. A guess reaches the share of events, so it can be compared only between cohorts with the same share.",
  brier:
    "Mean squared difference between predicted risk and outcome (0 or 1). Lower is better; it joins discrimination and calibration.",
  brier_skill:
    "How much lower the Brier score is than that of giving every patient the same average risk. 0 is no better, 1 is perfect.",
  log_loss: "Mean surprise at the outcomes under the predicted risks. Lower is better; confident errors cost most.",
  calibration_slope:
    "1 when risks are as spread out as they should be; below 1 they are too extreme (a sign of overfitting), above 1 too timid.",
  calibration_intercept: "0 when risks are right on average; below 0 they are too high, above 0 too low.",
  ece: "Expected calibration error: the mean gap between predicted and observed risk over the bins, weighted by how many rows lie in each.",
  meds_calibration_error:
    "The calibration error as MEDS-evaluation defines it, the plain mean over the bins, given for comparison with figures published that way.",
  sensitivity: "Of the patients with the event, the share that the model flags at the threshold.",
  specificity: "Of the patients without the event, the share that the model leaves unflagged at the threshold.",
  ppv: "Of the flagged patients, the share that has the event. It falls with the event's frequency.",
  npv: "Of the patients not flagged, the share that does not have the event.",
  accuracy: "Share of patients on the right side of the threshold. High for rare events even when no event is found.",
  f1: "Harmonic mean of sensitivity and positive predictive value.",
  net_benefit:
    "True positives per patient, less false positives weighted by the odds of the threshold: what acting on the model gains over acting on no one.",
  mae: "Mean absolute error, in the unit of the outcome.",
  rmse: "Root of the mean squared error, in the unit of the outcome; large errors count more.",
  median_absolute_error: "Half of the predictions err by less than this, in the unit of the outcome.",
  min_precision_sensitivity:
    "The smaller of precision and sensitivity, at the threshold where it is largest: how good both can be at once.",
  kappa_linear:
    "Agreement of predicted and true classes beyond chance, misses weighted by how many classes they are off. 1 is perfect, 0 chance.",
  kappa_quadratic: "The same with misses weighted by the square of how many classes they are off.",
  class_deviation:
    "Each class stands for one number, such as its mean length of stay: the mean distance of the predicted class's number from the true one's.",
  macro_auroc: "The AUROC of each label or class on its own, averaged; rare ones count as much as common ones.",
  micro_auroc: "The AUROC of all decisions about all labels thrown together; common labels count most.",
  macro_average_precision: "The average precision of each label on its own, averaged.",
  micro_average_precision: "The average precision of all decisions about all labels thrown together.",
  r2: "Share of the outcome's variance that the predictions explain.",
};

/** Words of the report that are not metrics. */
export const terms: [string, string][] = [
  [
    "Interval",
    "Patients are drawn again with replacement many times over and the figure computed each time; the interval holds the middle part of these figures. It covers chance in who was tested, not other hospitals or other years.",
  ],
  ["Held-out patients", "Patients whose records took no part in fitting or choosing the model."],
  [
    "Tuning patients",
    "Patients on whom settings and thresholds are chosen, apart from those the model is fitted to and those it is tested on.",
  ],
];

/** Words of the part on what drives the predictions. */
export const explanationTerms: [string, string][] = [
  [
    "Contribution (SHAP value)",
    "How far one feature moved the prediction for one patient away from the mean prediction, the contributions of all features adding up to the whole. It says what the model does, not what the feature does to the patient.",
  ],
  [
    "Log-odds",
    "The logarithm of risk divided by one less risk, the scale on which boosting adds its trees. Near a risk of one in ten, 0.7 more doubles the odds, and nearly the risk; 0.7 less halves them.",
  ],
  [
    "Gain",
    "How much the splits on a feature lowered the error while the model was trained. It favours features with many different values.",
  ],
  [
    "Permutation importance",
    "How far the AUROC falls when a feature's values are dealt out anew among the held-out patients. Features that stand in for each other each look unimportant.",
  ],
  [
    "Partial dependence",
    "The mean prediction if every patient had the same value of the feature and all else stayed as it is, less the mean prediction.",
  ],
];
