with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

projets as (
    select * from {{ ref('stg_transverse__projets') }}
),

-- Axes auxquels se rattache un projet au moins dans la liste de l'année, sauf celui donné en paramètre.
axes_des_projets as (
    select
        registre.code,
        projets.annee,
        count(distinct case when projets.axe_principal <> registre.parametre then projets.axe_principal end)
            as numerateur,
        null as denominateur
    from registre
    cross join projets
    where registre.calcul = 'axes_des_projets'
    group by registre.code, projets.annee
),

final as (
    {{ chiffres_de(['axes_des_projets']) }}
)

select * from final
