"""Pictures of summaries, segments, concentration and models.

Each function draws on the ``ax`` that it is given, or on a new one, and returns it. Nothing is
shown or saved: that is left to the caller. Drawing needs matplotlib, which the ``plot`` extra
installs.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrel.plotting.cohorts import plot_cohorts as plot_cohorts
    from custrel.plotting.correspondence import plot_correspondence as plot_correspondence
    from custrel.plotting.frequencies import plot_frequencies as plot_frequencies
    from custrel.plotting.frequency_recency import plot_frequency_recency as plot_frequency_recency
    from custrel.plotting.heterogeneity import plot_heterogeneity as plot_heterogeneity
    from custrel.plotting.holdout import plot_holdout as plot_holdout
    from custrel.plotting.importance_performance import (
        plot_importance_performance as plot_importance_performance,
    )
    from custrel.plotting.kano import (
        plot_kano as plot_kano,
        plot_kano_continuous as plot_kano_continuous,
        plot_kano_curves as plot_kano_curves,
    )
    from custrel.plotting.key_accounts import plot_key_accounts as plot_key_accounts
    from custrel.plotting.lorenz import plot_lorenz as plot_lorenz
    from custrel.plotting.loyalty_curve import plot_loyalty_curve as plot_loyalty_curve
    from custrel.plotting.loyalty_forms import plot_dick_basu as plot_dick_basu
    from custrel.plotting.path_diagram import plot_path_model as plot_path_model
    from custrel.plotting.penalty_reward import plot_penalty_reward as plot_penalty_reward
    from custrel.plotting.profile import plot_profile as plot_profile
    from custrel.plotting.regularity import plot_regularity as plot_regularity
    from custrel.plotting.rfm_heatmap import plot_rfm_heatmap as plot_rfm_heatmap
    from custrel.plotting.segments import plot_segments as plot_segments
    from custrel.plotting.self_organizing_map import (
        plot_self_organizing_map as plot_self_organizing_map,
    )
    from custrel.plotting.spend_independence import (
        plot_spend_independence as plot_spend_independence,
    )
    from custrel.plotting.tracking import plot_tracking as plot_tracking
    from custrel.plotting.transitions import plot_transitions as plot_transitions
    from custrel.plotting.whale import plot_whale as plot_whale
else:
    from custrel._lazy import make_lazy

    make_lazy(
        __name__,
        {
            "custrel.plotting.cohorts": ("plot_cohorts",),
            "custrel.plotting.correspondence": ("plot_correspondence",),
            "custrel.plotting.frequencies": ("plot_frequencies",),
            "custrel.plotting.frequency_recency": ("plot_frequency_recency",),
            "custrel.plotting.heterogeneity": ("plot_heterogeneity",),
            "custrel.plotting.holdout": ("plot_holdout",),
            "custrel.plotting.importance_performance": ("plot_importance_performance",),
            "custrel.plotting.kano": ("plot_kano", "plot_kano_continuous", "plot_kano_curves"),
            "custrel.plotting.key_accounts": ("plot_key_accounts",),
            "custrel.plotting.lorenz": ("plot_lorenz",),
            "custrel.plotting.loyalty_curve": ("plot_loyalty_curve",),
            "custrel.plotting.loyalty_forms": ("plot_dick_basu",),
            "custrel.plotting.path_diagram": ("plot_path_model",),
            "custrel.plotting.penalty_reward": ("plot_penalty_reward",),
            "custrel.plotting.profile": ("plot_profile",),
            "custrel.plotting.regularity": ("plot_regularity",),
            "custrel.plotting.rfm_heatmap": ("plot_rfm_heatmap",),
            "custrel.plotting.segments": ("plot_segments",),
            "custrel.plotting.self_organizing_map": ("plot_self_organizing_map",),
            "custrel.plotting.spend_independence": ("plot_spend_independence",),
            "custrel.plotting.tracking": ("plot_tracking",),
            "custrel.plotting.transitions": ("plot_transitions",),
            "custrel.plotting.whale": ("plot_whale",),
        },
    )
    del make_lazy
